package io.valise.ipc.pipes.windows.wine;

import io.valise.ipc.pipes.windows.kernel.Operation;
import io.valise.ipc.pipes.windows.kernel.Win32;
import io.valise.ipc.pipes.windows.kernel.Win32Exception;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A process under Wine that makes the calls; to kill it is to kill the user's program. */
public final class WineProcess implements Win32, AutoCloseable {
    private static final int HEAD = 4 + 4 + 6 * 8;
    private static final int GONE = 6;

    private final Process process;
    private final OutputStream requests;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<Reply>> pending = new ConcurrentHashMap<>();
    private volatile boolean gone;

    private WineProcess(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        Thread reader = new Thread(this::readReplies, "wine-replies");
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts one. */
    public static WineProcess start() throws IOException {
        return new WineProcess(WineProgram.start());
    }

    /** Ends it as kill -9 does. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** What a call returned. */
    static final class Reply {
        private final int code;
        private final long value;
        private final byte[] bytes;

        Reply(int code, long value, byte[] bytes) {
            this.code = code;
            this.value = value;
            this.bytes = bytes;
        }

        int code() {
            return code;
        }

        long value() {
            return value;
        }

        byte[] bytes() {
            return bytes;
        }
    }

    private void readReplies() {
        try (DataInputStream replies = new DataInputStream(process.getInputStream())) {
            while (true) {
                byte[] bytes = new byte[Integer.reverseBytes(replies.readInt())];
                replies.readFully(bytes);
                ByteBuffer reply = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                CompletableFuture<Reply> waiting = pending.remove(reply.getInt());
                int code = reply.getInt();
                long value = reply.getLong();
                byte[] rest = new byte[reply.remaining()];
                reply.get(rest);
                waiting.complete(new Reply(code, value, rest));
            }
        } catch (IOException e) {
            gone = true;
            pending.values().forEach(waiting -> waiting.complete(new Reply(GONE, 0, new byte[0])));
        }
    }

    /** Makes a call; the calling thread waits whatever interrupts it, as it would in the call itself. */
    Reply call(int call, byte[] text, String more, long... arguments) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        int id = ids.incrementAndGet();
        pending.put(id, reply);
        byte[] second = more.getBytes(StandardCharsets.ISO_8859_1);
        int length = HEAD + 8 + text.length + second.length;
        ByteBuffer request = ByteBuffer.allocate(4 + length).order(ByteOrder.LITTLE_ENDIAN);
        request.putInt(length).putInt(id).putInt(call);
        for (int i = 0; i < 6; i++) {
            request.putLong(i < arguments.length ? arguments[i] : 0);
        }
        request.putInt(text.length).put(text).putInt(second.length).put(second);
        synchronized (requests) {
            try {
                requests.write(request.array());
                requests.flush();
            } catch (IOException e) {
                gone = true;
            }
        }
        if (gone) {
            reply.complete(new Reply(GONE, 0, new byte[0]));
        }
        return await(reply);
    }

    private static Reply await(CompletableFuture<Reply> reply) {
        boolean interrupted = Thread.interrupted();
        try {
            return reply.join();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Reply call(int call, String text, long... arguments) {
        return call(call, text.getBytes(StandardCharsets.ISO_8859_1), "", arguments);
    }

    private static Reply checked(String function, Reply reply) throws Win32Exception {
        if (reply.code() != 0) {
            throw new Win32Exception(function, reply.code());
        }
        return reply;
    }

    @Override
    public long createNamedPipe(String path, int openMode, int pipeMode, int instances, int bufferBytes, String sddl)
            throws Win32Exception {
        byte[] name = path.getBytes(StandardCharsets.ISO_8859_1);
        return checked("CreateNamedPipeW", call(1, name, sddl, openMode, pipeMode, instances, bufferBytes))
                .value();
    }

    @Override
    public long openNamedPipe(String path) throws Win32Exception {
        return checked("CreateFileW", call(2, path)).value();
    }

    @Override
    public void waitNamedPipe(String path, int millis) throws Win32Exception {
        checked("WaitNamedPipeW", call(3, path, millis));
    }

    @Override
    public long clientProcessId(long pipe) throws Win32Exception {
        return checked("GetNamedPipeClientProcessId", call(4, "", pipe)).value();
    }

    @Override
    public long serverProcessId(long pipe) throws Win32Exception {
        return checked("GetNamedPipeServerProcessId", call(5, "", pipe)).value();
    }

    @Override
    public List<String> pipeNames() {
        return List.of(new String(call(6, "").bytes(), StandardCharsets.ISO_8859_1).split("\n"));
    }

    @Override
    public Operation operation(long pipe, int bufferBytes) throws Win32Exception {
        Reply made = checked("CreateEventW", call(7, "", pipe, bufferBytes));
        long event =
                ByteBuffer.wrap(made.bytes()).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return new WineOperation(this, made.value(), event, bufferBytes);
    }

    @Override
    public long createEvent() throws Win32Exception {
        return checked("CreateEventW", call(8, "")).value();
    }

    @Override
    public void setEvent(long event) {
        call(9, "", event);
    }

    @Override
    public void resetEvent(long event) {
        call(10, "", event);
    }

    @Override
    public int waitForAny(long[] handles, int millis) {
        ByteBuffer all = ByteBuffer.allocate(8 * handles.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long handle : handles) {
            all.putLong(handle);
        }
        Reply reply = call(11, all.array(), "", millis);
        if (reply.code() != 0) {
            throw new UncheckedIOException(new Win32Exception("WaitForMultipleObjects", reply.code()));
        }
        return (int) reply.value();
    }

    @Override
    public void closeHandle(long handle) {
        Reply reply = call(12, "", handle);
        if (reply.code() != 0 && !gone) {
            throw new UncheckedIOException(new Win32Exception("CloseHandle", reply.code()));
        }
    }

    @Override
    public long currentProcessId() {
        return call(13, "").value();
    }

    @Override
    public String userOf(long processId) throws Win32Exception {
        return new String(checked("OpenProcess", call(14, "", processId)).bytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public boolean isPackaged() {
        return false;
    }
}
