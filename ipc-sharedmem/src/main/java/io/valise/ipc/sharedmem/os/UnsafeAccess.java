package io.valise.ipc.sharedmem.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * The two operations that need Unsafe before Java 22: unmapping a buffer at once, and reading its address. {@code
 * sun.misc.Unsafe} is reached by reflection, because the compiler warns of it and newer JDKs lack its methods.
 */
final class UnsafeAccess {
    private static final Object UNSAFE;
    private static final MethodHandle INVOKE_CLEANER;
    private static final MethodHandle GET_LONG;
    private static final long ADDRESS_FIELD;

    static {
        try {
            Class<?> type = Class.forName("sun.misc.Unsafe");
            Field singleton = type.getDeclaredField("theUnsafe");
            singleton.setAccessible(true);
            UNSAFE = singleton.get(null);
            INVOKE_CLEANER = method(type, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class));
            GET_LONG = method(type, "getLong", MethodType.methodType(long.class, Object.class, long.class));
            ADDRESS_FIELD = (long) method(type, "objectFieldOffset", MethodType.methodType(long.class, Field.class))
                    .invoke(Buffer.class.getDeclaredField("address"));
        } catch (Throwable missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private UnsafeAccess() {}

    /** Unmaps a direct buffer; an access afterwards crashes the JVM. */
    static void free(ByteBuffer direct) {
        try {
            INVOKE_CLEANER.invoke(direct);
        } catch (Throwable failure) {
            throw new IllegalStateException("cannot unmap " + direct, failure);
        }
    }

    /** The address of a direct buffer's first byte. */
    static long address(ByteBuffer direct) {
        try {
            return (long) GET_LONG.invoke((Object) direct, ADDRESS_FIELD);
        } catch (Throwable failure) {
            throw new IllegalStateException("no address of " + direct, failure);
        }
    }

    private static MethodHandle method(Class<?> type, String name, MethodType signature)
            throws ReflectiveOperationException {
        return MethodHandles.lookup().findVirtual(type, name, signature).bindTo(UNSAFE);
    }
}
