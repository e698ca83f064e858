package io.valise.ipc.spi.runtime;

import java.lang.System.Logger.Level;

/** Whether native code costs a warning. Thread-safe. */
public final class NativeAccess {
    private static final int WARNS_SINCE = 24;

    private NativeAccess() {}

    /**
     * Whether native code can be called without the JVM printing a warning (JEP 472): before Java 24 always, later where
     * native access is enabled for the library's module and the user's. Loads nothing.
     *
     * @param library a class of the library that has native methods
     * @param user a class that calls it
     */
    public static boolean isFree(String library, Class<?> user) {
        return Runtime.version().feature() < WARNS_SINCE || isEnabled(library, user);
    }

    private static boolean isEnabled(String library, Class<?> user) {
        try {
            Class<?> found = Class.forName(library, false, user.getClassLoader());
            return isEnabled(found.getModule()) && isEnabled(user.getModule());
        } catch (ReflectiveOperationException | LinkageError missing) {
            SafeLog.of(NativeAccess.class).log(Level.DEBUG, "no native access", missing);
            return false;
        }
    }

    private static boolean isEnabled(Module module) throws ReflectiveOperationException {
        return (boolean) Module.class.getMethod("isNativeAccessEnabled").invoke(module); // since Java 22
    }
}
