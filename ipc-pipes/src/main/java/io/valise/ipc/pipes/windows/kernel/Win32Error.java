package io.valise.ipc.pipes.windows.kernel;

/** The system error codes (winerror.h) that calls on named pipes return. */
public final class Win32Error {
    /** The operation has succeeded. */
    public static final int ERROR_SUCCESS = 0;
    /** No pipe has this name. */
    public static final int ERROR_FILE_NOT_FOUND = 2;
    /** The access list forbids it, or the name already has an instance where the first was to be created. */
    public static final int ERROR_ACCESS_DENIED = 5;
    /** The other end is closed and all it wrote has been read. */
    public static final int ERROR_BROKEN_PIPE = 109;
    /** The timeout has passed. */
    public static final int ERROR_SEM_TIMEOUT = 121;
    /** Every instance is taken. */
    public static final int ERROR_PIPE_BUSY = 231;
    /** The other end is being closed. */
    public static final int ERROR_NO_DATA = 232;
    /** No process is at the other end. */
    public static final int ERROR_PIPE_NOT_CONNECTED = 233;
    /** Part of a message has not been read yet. */
    public static final int ERROR_MORE_DATA = 234;
    /** A client has connected already. */
    public static final int ERROR_PIPE_CONNECTED = 535;
    /** No client has connected yet. */
    public static final int ERROR_PIPE_LISTENING = 536;
    /** The operation was cancelled, or the thread that began it has ended. */
    public static final int ERROR_OPERATION_ABORTED = 995;
    /** The operation has not completed yet. */
    public static final int ERROR_IO_INCOMPLETE = 996;
    /** The operation continues in the background. */
    public static final int ERROR_IO_PENDING = 997;
    /** No operation was pending. */
    public static final int ERROR_NOT_FOUND = 1168;
    /** The system is short of something. */
    public static final int ERROR_NO_SYSTEM_RESOURCES = 1450;

    private Win32Error() {}

    /** The code's name and number. */
    public static String text(int code) {
        return switch (code) {
            case ERROR_FILE_NOT_FOUND -> "ERROR_FILE_NOT_FOUND (2)";
            case ERROR_ACCESS_DENIED -> "ERROR_ACCESS_DENIED (5)";
            case ERROR_BROKEN_PIPE -> "ERROR_BROKEN_PIPE (109)";
            case ERROR_SEM_TIMEOUT -> "ERROR_SEM_TIMEOUT (121)";
            case ERROR_PIPE_BUSY -> "ERROR_PIPE_BUSY (231)";
            case ERROR_NO_DATA -> "ERROR_NO_DATA (232)";
            case ERROR_PIPE_NOT_CONNECTED -> "ERROR_PIPE_NOT_CONNECTED (233)";
            case ERROR_OPERATION_ABORTED -> "ERROR_OPERATION_ABORTED (995)";
            default -> "system error " + code;
        };
    }
}
