package io.valise.ipc.pipes.windows.kernel;

/** The system error codes (winerror.h) that named pipes answer with. */
public final class Win32Error {
    /** It is done. */
    public static final int ERROR_SUCCESS = 0;
    /** No pipe has this name. */
    public static final int ERROR_FILE_NOT_FOUND = 2;
    /** The access list forbids it, or the name has an instance and this was to be the first. */
    public static final int ERROR_ACCESS_DENIED = 5;
    /** The other end is closed and all it wrote has been read. */
    public static final int ERROR_BROKEN_PIPE = 109;
    /** The time is up. */
    public static final int ERROR_SEM_TIMEOUT = 121;
    /** Every instance is taken. */
    public static final int ERROR_PIPE_BUSY = 231;
    /** The other end is being closed. */
    public static final int ERROR_NO_DATA = 232;
    /** No process is at the other end. */
    public static final int ERROR_PIPE_NOT_CONNECTED = 233;
    /** A part of a message is left. */
    public static final int ERROR_MORE_DATA = 234;
    /** A client is there already. */
    public static final int ERROR_PIPE_CONNECTED = 535;
    /** No client has connected yet. */
    public static final int ERROR_PIPE_LISTENING = 536;
    /** It was cancelled, or the thread that began it has ended. */
    public static final int ERROR_OPERATION_ABORTED = 995;
    /** It is not done yet. */
    public static final int ERROR_IO_INCOMPLETE = 996;
    /** It goes on in the background. */
    public static final int ERROR_IO_PENDING = 997;
    /** There was nothing to cancel. */
    public static final int ERROR_NOT_FOUND = 1168;
    /** The system is short of something. */
    public static final int ERROR_NO_SYSTEM_RESOURCES = 1450;

    private Win32Error() {}

    /** The code as people write it. */
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
