/**
 * Windows' named pipes as their documentation describes them, on the heap, with several processes, faults on demand, and
 * a list of what its user did against the rules. Sources: the pages of CreateNamedPipe, CreateFile, ConnectNamedPipe,
 * WaitNamedPipe, ReadFile, WriteFile, GetOverlappedResult, CancelIoEx, CloseHandle, WaitForMultipleObjects.
 */
package io.valise.ipc.pipes.windows.model;
