package io.valise.ipc.cli.doctor;

import java.lang.reflect.InvocationTargetException;

/** Whether this Java lets libraries call native code without a warning. Stateless. */
public final class NativeAccess {
    private static final int FIRST_WITH_WARNINGS = 24;

    private NativeAccess() {}

    /** Whether native code can be called without a warning or an error. */
    public static boolean isFree() {
        return Runtime.version().feature() < FIRST_WITH_WARNINGS || isEnabled();
    }

    /** One line of text. */
    public static String describe() {
        int version = Runtime.version().feature();
        if (version < FIRST_WITH_WARNINGS) {
            return "unrestricted in Java " + version;
        }
        return isEnabled() ? "enabled" : "not enabled";
    }

    /** Asks {@code Module.isNativeAccessEnabled()}, which is newer than the oldest Java that this runs on. */
    private static boolean isEnabled() {
        try {
            Module module = NativeAccess.class.getModule();
            return (Boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(module);
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Java " + Runtime.version() + " does not say who may call native code", e);
        }
    }
}
