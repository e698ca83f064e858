package io.valise.ipc.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.internal.local.LocalTransport;
import io.valise.ipc.spi.Availability;
import io.valise.ipc.spi.Link;
import io.valise.ipc.spi.Transport;
import io.valise.ipc.testlog.MayLog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.net.URLStreamHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@MayLog({"NoSuchTransport", "Stillborn", "com.example.Gone", "any: goes without"}) // logged once in a JVM
class TransportsTest {
    private static final String ALL_MODULES =
            "--add-modules io.valise.ipc.sharedmem,io.valise.ipc.pipes,io.valise.ipc.loopback";

    @TempDir
    Path folder;

    /** A transport that works nowhere. */
    public static class Absent implements Transport {
        @Override
        public String scheme() {
            return "absent";
        }

        @Override
        public int order() {
            return 5;
        }

        @Override
        public Availability availability() {
            return Availability.no("there is no such thing");
        }

        @Override
        public Listener listen(Endpoint endpoint, Acceptor acceptor) {
            throw new IpcException(IpcStatus.UNSUPPORTED, "absent");
        }

        @Override
        public Link connect(Endpoint endpoint, long timeoutNanos) {
            throw new IpcException(IpcStatus.UNSUPPORTED, "absent");
        }

        @Override
        public List<Endpoint> endpoints() {
            return List.of();
        }
    }

    /** Another one for the same scheme. */
    public static final class AlsoAbsent extends Absent {}

    /** One whose library is missing, as is found out by asking. */
    public static final class Broken extends Absent {
        @Override
        public String scheme() {
            return "broken";
        }

        @Override
        public Availability availability() {
            throw new NoClassDefFoundError("com/example/Missing");
        }
    }

    /** One that cannot even be made. */
    public static final class Stillborn extends Absent {
        /** Never succeeds. */
        public Stillborn() {
            throw new UnsatisfiedLinkError("libmissing.so");
        }
    }

    /** Adds providers to what the class path has. */
    private static final class Providers extends ClassLoader {
        private final String lines;

        Providers(Class<?>... providers) {
            super(TransportsTest.class.getClassLoader());
            StringBuilder all = new StringBuilder("com.example.NoSuchTransport\n");
            for (Class<?> provider : providers) {
                all.append(provider.getName()).append('\n');
            }
            lines = all.toString();
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return name.equals("META-INF/services/" + Transport.class.getName())
                    ? Collections.enumeration(List.of(url()))
                    : super.getResources(name);
        }

        @SuppressWarnings("deprecation") // the replacement is newer than Java 17
        private URL url() throws IOException {
            return new URL("memory", "", 0, "services", new URLStreamHandler() {
                @Override
                protected URLConnection openConnection(URL url) {
                    return new URLConnection(url) {
                        @Override
                        public void connect() {
                            // nothing to connect to
                        }

                        @Override
                        public InputStream getInputStream() {
                            return new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8));
                        }
                    };
                }
            });
        }
    }

    private static Transports found(List<Transport> passed, Class<?>... providers) {
        return beside(() -> Transports.with(passed), providers);
    }

    private static <T> T beside(Supplier<T> action, Class<?>... providers) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(new Providers(providers));
        try {
            return action.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Test
    void localIsThereWithoutBeingFound() {
        Transports none = Transports.with(List.of());
        assertThat(none.of(Endpoint.parse("local:x"))).isInstanceOf(LocalTransport.class);
        assertThat(none.inOrder().get(0)).isInstanceOf(LocalTransport.class);
    }

    @Test
    void brokenProvidersAreLeftOut() {
        Transports transports = found(List.of(), Stillborn.class, String.class, Absent.class);
        assertThat(transports.inOrder())
                .extracting(Object::getClass)
                .extracting(Class::getSimpleName)
                .containsExactly("LocalTransport", "Absent");
    }

    @Test
    void twoForOneSchemeAreBothNamed() {
        assertThatThrownBy(() -> found(List.of(), Absent.class, AlsoAbsent.class))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContaining("absent")
                .hasMessageContaining(Absent.class.getName())
                .hasMessageContaining(AlsoAbsent.class.getName());
        assertThatThrownBy(() -> Transports.with(List.of(new Absent(), new AlsoAbsent())))
                .hasMessageContaining(AlsoAbsent.class.getName());
    }

    @Test
    void instancePassedReplacesTheOneFound() {
        Absent mine = new Absent();
        assertThat(found(List.of(mine), Absent.class).of(Endpoint.parse("absent:x")))
                .isSameAs(mine);
    }

    @Test
    void unknownSchemeSaysWhatThereIs() {
        assertThatThrownBy(() -> Transports.with(List.of(new Absent())).of(Endpoint.parse("carrier-pigeon:x")))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContaining("carrier-pigeon:x")
                .hasMessageContaining("absent")
                .hasMessageContaining("local");
    }

    @Test
    void anyIsNoServerThatNoOtherProcessCanReach() {
        assertThatThrownBy(() -> IpcServer.builder("any:transports")
                        .transport(new Broken())
                        .transport(new Absent())
                        .start())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContainingAll("any:transports", "broken: ", "com/example/Missing", "absent: ");
        try (IpcServer server = IpcServer.builder("local:transports").start()) { // nothing of it is left
            assertThat(server.endpoints()).containsExactly(Endpoint.parse("local:transports"));
        }
    }

    @Test
    void anyNamesWhatCouldNotEvenBeMade() {
        assertThatThrownBy(
                        () -> beside(() -> IpcServer.builder("any:transports").start(), Stillborn.class))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContainingAll(Stillborn.class.getName(), "com.example.NoSuchTransport");
    }

    @Test
    void anyIsNoServerWhereThereIsLocalAlone() {
        assertThatThrownBy(() -> IpcServer.builder("any:transports").start())
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContainingAll("any:transports", "there is none", "class loader", "local:", ALL_MODULES);
    }

    @Test
    void aClientIsToldWhichModulesAreMissing() {
        assertThatThrownBy(() -> IpcClient.connect("any:transports"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ENDPOINT_NOT_FOUND))
                .hasMessageContaining("there is no transport between processes: add ipc-sharedmem or ipc-pipes or")
                .hasMessageContaining(ALL_MODULES);
        assertThatThrownBy(() -> IpcClient.connect("pipe:transports"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.UNSUPPORTED))
                .hasMessageContaining("add ipc-pipes to the class path")
                .hasMessageEndingWith("--add-modules io.valise.ipc.pipes");
    }

    @Test
    void theLibrarysOwnLoaderIsAskedWhateverTheThreadsIs() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Transport.class.getName()), Absent.class.getName() + "\ncom.example.Gone\n");
        URL[] path = {folder.toUri().toURL(), location(Transport.class), location(TransportsTest.class)};
        try (URLClassLoader library = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Supplier<?> look = (Supplier<?>)
                    library.loadClass(Look.class.getName()).getConstructor().newInstance();
            String plain = (String) look.get();
            assertThat(plain)
                    .contains(
                            "absent of " + library, "broken: ", "com.example.Gone", "library's class loader " + library)
                    .contains("does not see this copy of the library");
            assertThat(beside(look::get, Absent.class)).asString().contains("absent of " + library);
        }
    }

    private static URL location(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }

    /** Looks, in a copy of the library. */
    public static final class Look implements Supplier<String> {
        @Override
        public String get() {
            Transports transports = Transports.with(List.of());
            Transport absent = transports.of(Endpoint.parse("absent:x"));
            return absent.scheme() + " of " + absent.getClass().getClassLoader() + "; broken: " + transports.broken()
                    + "; " + transports.asked();
        }
    }

    @Test
    void noClassLoaderIsKeptForWhatItFound() throws Exception {
        WeakReference<ClassLoader> gone = used();
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (gone.get() != null) {
                System.gc();
                Thread.onSpinWait();
            }
        });
    }

    private static WeakReference<ClassLoader> used() {
        ClassLoader loader = new Providers(Absent.class);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            assertThat(Transports.with(List.of()).of(Endpoint.parse("absent:x")))
                    .isInstanceOf(Absent.class);
        } finally {
            thread.setContextClassLoader(before);
        }
        return new WeakReference<>(loader);
    }

    @Test
    void transportThatFailsEvenToSaySoIsNotAvailable() {
        Availability broken = Availability.of(new Broken());
        assertThat(broken.available()).isFalse();
        assertThat(broken.detail()).contains("com/example/Missing");
        assertThat(broken.cause()).containsInstanceOf(NoClassDefFoundError.class);
    }
}
