package io.valise.ipc.pipes.windows.kernel;

import java.io.IOException;

/** A function of Win32 failed. */
public final class Win32Exception extends IOException {
    private static final long serialVersionUID = 1;

    /** What {@code GetLastError} returned; see {@link Win32Error}. */
    private final int code;

    /** That {@code function} failed. */
    public Win32Exception(String function, int code) {
        super(function + ": " + Win32Error.text(code));
        this.code = code;
    }

    /** What {@code GetLastError} returned. */
    public int code() {
        return code;
    }
}
