package io.valise.ipc.loopback.loop;

import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.JdkLoggerFactory;

/**
 * Keeps Netty from printing. Called before the first class of Netty is initialised, and only where the application has
 * made no choice.
 */
final class NettyLogging {
    private static final String NO_UNSAFE = "io.netty.noUnsafe";

    private NettyLogging() {}

    static void prepare() {
        // From Java 24 on the JDK warns of sun.misc.Unsafe; by default Netty avoids it only from 25 on.
        if (Runtime.version().feature() == 24 && System.getProperty(NO_UNSAFE) == null) {
            System.setProperty(NO_UNSAFE, "true");
        }
        // SLF4J without a provider would print that on stderr; after that Netty would use JUL.
        if (slf4jHasNoProvider()) {
            InternalLoggerFactory.setDefaultFactory(JdkLoggerFactory.INSTANCE);
        }
    }

    private static boolean slf4jHasNoProvider() {
        ClassLoader netty = InternalLoggerFactory.class.getClassLoader();
        try {
            ClassLoader slf4j =
                    Class.forName("org.slf4j.LoggerFactory", false, netty).getClassLoader();
            return slf4j.getResource("META-INF/services/org.slf4j.spi.SLF4JServiceProvider") == null
                    && slf4j.getResource("org/slf4j/impl/StaticLoggerBinder.class") == null
                    && !providedByModule("org.slf4j.spi.SLF4JServiceProvider");
        } catch (ClassNotFoundException absent) {
            return false;
        }
    }

    private static boolean providedByModule(String service) {
        return ModuleLayer.boot().modules().stream()
                .flatMap(module -> module.getDescriptor().provides().stream())
                .anyMatch(provided -> provided.service().equals(service));
    }
}
