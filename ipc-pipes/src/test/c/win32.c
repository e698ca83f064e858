/*
 * The calls of io.valise.ipc.pipes.windows.kernel.Win32, offered over standard input and output, so that a test on Linux
 * reaches the kernel32 of Wine (or of Windows). Built by WineWin32:  x86_64-w64-mingw32-gcc -O1 -o win32.exe win32.c -ladvapi32
 *
 * Little-endian. A request:  u32 bytes that follow | u32 id | u32 call | i64 arguments[6] | u32 n, text[n] | u32 m, text[m]
 * A reply:                   u32 bytes that follow | u32 id | u32 error code | i64 value | bytes
 *
 * The first thread begins all I/O, and stays: what a thread that ends has begun is cancelled. What may block has a thread
 * of its own.
 */
#define _WIN32_WINNT 0x0602
#include <windows.h>
#include <sddl.h>
#include <fcntl.h>
#include <io.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint32_t id, call;
    int64_t arguments[6];
    char *text, *more;
    uint32_t textBytes, moreBytes;
} Request;

typedef struct {
    OVERLAPPED overlapped;
    HANDLE pipe;
    DWORD capacity;
    int reads;
    char bytes[];
} Operation;

static HANDLE port;
static HANDLE replies;
static CRITICAL_SECTION replying;

static void readFully(void *into, size_t count) {
    for (size_t got = 0; got < count; ) {
        DWORD part = 0;
        if (!ReadFile(GetStdHandle(STD_INPUT_HANDLE), (char *) into + got, (DWORD) (count - got), &part, NULL) || part == 0) {
            ExitProcess(0); /* the test is gone */
        }
        got += part;
    }
}

static void writeFully(const void *from, size_t count) {
    DWORD written = 0;
    if (!WriteFile(replies, from, (DWORD) count, &written, NULL) || written != count) {
        ExitProcess(1);
    }
}

static void reply(uint32_t id, uint32_t code, int64_t value, const void *bytes, uint32_t count) {
    uint32_t head[3] = {16 + count, id, code};
    EnterCriticalSection(&replying);
    writeFully(head, sizeof head);
    writeFully(&value, sizeof value);
    if (count > 0) {
        writeFully(bytes, count);
    }
    LeaveCriticalSection(&replying);
}

static void replyBool(uint32_t id, BOOL succeeded, int64_t value) {
    reply(id, succeeded ? 0 : GetLastError(), value, NULL, 0);
}

static void replyHandle(uint32_t id, HANDLE handle) {
    BOOL valid = handle != NULL && handle != INVALID_HANDLE_VALUE;
    if (valid && port != NULL) {
        valid = CreateIoCompletionPort(handle, port, 0, 0) != NULL;
    }
    replyBool(id, valid, (int64_t) (intptr_t) handle);
}

static HANDLE handle(int64_t value) {
    return (HANDLE) (intptr_t) value;
}

static void createPipe(Request *r) {
    SECURITY_ATTRIBUTES security = {sizeof security, NULL, FALSE};
    if (!ConvertStringSecurityDescriptorToSecurityDescriptorA(r->more, SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL)) {
        replyBool(r->id, FALSE, 0);
        return;
    }
    HANDLE pipe = CreateNamedPipeA(r->text, (DWORD) r->arguments[0], (DWORD) r->arguments[1], (DWORD) r->arguments[2],
            (DWORD) r->arguments[3], (DWORD) r->arguments[3], 0, &security);
    DWORD error = GetLastError();
    LocalFree(security.lpSecurityDescriptor);
    SetLastError(error);
    replyHandle(r->id, pipe);
}

static void openPipe(Request *r) {
    replyHandle(r->id, CreateFileA(r->text, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
            FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL));
}

static void processId(Request *r, BOOL (WINAPI *ask)(HANDLE, PULONG)) {
    ULONG id = 0;
    BOOL asked = ask(handle(r->arguments[0]), &id);
    replyBool(r->id, asked, id);
}

static void pipeNames(Request *r) {
    WIN32_FIND_DATAA found;
    char names[60000];
    uint32_t length = 0;
    HANDLE search = FindFirstFileA("\\\\.\\pipe\\*", &found);
    BOOL more = search != INVALID_HANDLE_VALUE;
    while (more) {
        size_t bytes = strlen(found.cFileName);
        if (length + bytes + 1 < sizeof names) {
            memcpy(names + length, found.cFileName, bytes);
            length += (uint32_t) bytes;
            names[length++] = '\n';
        }
        more = FindNextFileA(search, &found);
    }
    reply(r->id, 0, 0, names, length);
}

static void newOperation(Request *r) {
    Operation *op = calloc(1, sizeof *op + (size_t) r->arguments[1]);
    op->pipe = handle(r->arguments[0]);
    op->capacity = (DWORD) r->arguments[1];
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    op->overlapped.hEvent = (HANDLE) ((uintptr_t) event | 1); /* keeps completions off the port */
    reply(r->id, event == NULL ? GetLastError() : 0, (int64_t) (intptr_t) op, &event, sizeof event);
}

static Operation *operation(Request *r) {
    return (Operation *) (intptr_t) r->arguments[0];
}

static HANDLE eventOf(Operation *op) {
    return (HANDLE) ((uintptr_t) op->overlapped.hEvent & ~(uintptr_t) 1);
}

static void restart(Operation *op) {
    HANDLE event = op->overlapped.hEvent;
    memset(&op->overlapped, 0, sizeof op->overlapped);
    op->overlapped.hEvent = event;
}

/* The code, how many bytes moved, and those that were read. */
static void replyOutcome(uint32_t id, Operation *op, BOOL wait) {
    DWORD moved = 0;
    BOOL succeeded = GetOverlappedResult(op->pipe, &op->overlapped, &moved, wait);
    DWORD code = succeeded ? 0 : GetLastError();
    reply(id, code, moved, op->bytes, op->reads && (succeeded || code == ERROR_MORE_DATA) ? moved : 0);
}

static void begin(Request *r) {
    Operation *op = operation(r);
    BOOL done = FALSE;
    restart(op);
    op->reads = r->call == 21;
    if (r->call == 20) {
        done = ConnectNamedPipe(op->pipe, &op->overlapped);
    } else if (r->call == 21) {
        done = ReadFile(op->pipe, op->bytes, op->capacity, NULL, &op->overlapped);
    } else {
        memcpy(op->bytes, r->text, r->textBytes);
        done = WriteFile(op->pipe, op->bytes, r->textBytes, NULL, &op->overlapped);
    }
    DWORD code = done ? 0 : GetLastError();
    if (code == 0 || code == ERROR_MORE_DATA) {
        replyOutcome(r->id, op, FALSE);
    } else {
        reply(r->id, code, 0, NULL, 0);
    }
}

static void freeOperation(Request *r) {
    Operation *op = operation(r);
    BOOL closed = CloseHandle(eventOf(op));
    free(op);
    replyBool(r->id, closed, 0);
}

static void userOf(Request *r) {
    HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD) r->arguments[0]);
    HANDLE token = NULL;
    union {
        TOKEN_USER user;
        char bytes[256];
    } about;
    DWORD needed;
    char *sid = NULL;
    BOOL told = process != NULL && OpenProcessToken(process, TOKEN_QUERY, &token)
            && GetTokenInformation(token, TokenUser, &about, sizeof about, &needed)
            && ConvertSidToStringSidA(about.user.User.Sid, &sid);
    DWORD code = told ? 0 : GetLastError();
    reply(r->id, code, 0, sid, told ? (uint32_t) strlen(sid) : 0);
    LocalFree(sid);
    CloseHandle(token);
    CloseHandle(process);
}

static DWORD WINAPI block(void *parameter) {
    Request *r = parameter;
    if (r->call == 3) {
        replyBool(r->id, WaitNamedPipeA(r->text, (DWORD) r->arguments[0]), 0);
    } else if (r->call == 11) {
        DWORD got = WaitForMultipleObjects(r->textBytes / sizeof(HANDLE), (HANDLE *) r->text, FALSE, (DWORD) r->arguments[0]);
        reply(r->id, got == WAIT_FAILED ? GetLastError() : 0, got == WAIT_TIMEOUT ? -1 : (int64_t) got, NULL, 0);
    } else {
        Operation *op = operation(r);
        CancelIoEx(op->pipe, &op->overlapped);
        replyOutcome(r->id, op, TRUE);
    }
    free(r->text);
    free(r->more);
    free(r);
    return 0;
}

static BOOL mayBlock(uint32_t call) {
    return call == 3 || call == 11 || call == 24;
}

static void serve(Request *r) {
    switch (r->call) {
        case 1: createPipe(r); break;
        case 2: openPipe(r); break;
        case 4: processId(r, GetNamedPipeClientProcessId); break;
        case 5: processId(r, GetNamedPipeServerProcessId); break;
        case 6: pipeNames(r); break;
        case 7: newOperation(r); break;
        case 8: {
            HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
            replyBool(r->id, event != NULL, (int64_t) (intptr_t) event);
            break;
        }
        case 9: replyBool(r->id, SetEvent(handle(r->arguments[0])), 0); break;
        case 10: replyBool(r->id, ResetEvent(handle(r->arguments[0])), 0); break;
        case 12: replyBool(r->id, CloseHandle(handle(r->arguments[0])), 0); break;
        case 13: reply(r->id, 0, GetCurrentProcessId(), NULL, 0); break;
        case 14: userOf(r); break;
        case 20: case 21: case 22: begin(r); break;
        case 23: replyOutcome(r->id, operation(r), FALSE); break;
        case 25: freeOperation(r); break;
        default: reply(r->id, ERROR_CALL_NOT_IMPLEMENTED, 0, NULL, 0);
    }
}

static char *text(uint32_t *bytes) {
    readFully(bytes, sizeof *bytes);
    char *read = calloc(1, *bytes + 1);
    readFully(read, *bytes);
    return read;
}

int main(void) {
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    replies = GetStdHandle(STD_OUTPUT_HANDLE);
    InitializeCriticalSection(&replying);
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    for (;;) {
        uint32_t length;
        Request *r = calloc(1, sizeof *r);
        readFully(&length, sizeof length);
        readFully(&r->id, sizeof r->id);
        readFully(&r->call, sizeof r->call);
        readFully(r->arguments, sizeof r->arguments);
        r->text = text(&r->textBytes);
        r->more = text(&r->moreBytes);
        if (mayBlock(r->call)) {
            CloseHandle(CreateThread(NULL, 64 * 1024, block, r, 0, NULL));
        } else {
            serve(r);
            free(r->text);
            free(r->more);
            free(r);
        }
    }
}
