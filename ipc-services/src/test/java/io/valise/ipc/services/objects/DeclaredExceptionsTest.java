package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testlog.MayLog;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which exception the caller of a remote method is thrown. Both ends in this process. */
@ExtendWith(HangWatchdog.class)
@MayLog("failed")
@SuppressWarnings("serial") // none is serialized
class DeclaredExceptionsTest {
    private static final AtomicReference<String> LOADED = new AtomicReference<>();

    /** Has the constructor that is looked for first. */
    static final class Refused extends RuntimeException {
        Refused(@Nullable String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Has no cause, for good. */
    static final class Alone extends Exception {
        Alone(@Nullable String message) {
            super(message, null);
        }
    }

    /** Takes not every message. */
    static final class Numbered extends Exception {
        Numbered(String number) {
            super("number " + Integer.parseInt(number));
        }
    }

    /** Not to be loaded. */
    static final class Trap extends IOException {
        static {
            LOADED.set("loaded");
        }
    }

    interface Fails<X extends Exception> {
        void run() throws X;
    }

    interface Typed extends Fails<FileNotFoundException> {}

    interface Wide {
        void both() throws IOException;
    }

    interface Narrow {
        void both() throws FileNotFoundException;
    }

    interface Both extends Wide, Narrow {}

    interface Methods extends Typed, Both {
        void plain();

        void io() throws IOException;

        void several() throws IOException, FileNotFoundException, Refused, InterruptedException, IpcException;

        void any() throws Exception;

        void everything() throws Throwable;

        void error() throws StackOverflowError;

        void alone() throws Alone, Numbered;

        CompletionStage<String> later() throws IOException;

        void call(Callable<String> callback) throws Exception;
    }

    /** Throws what the test says, also what the methods do not declare. */
    private static final class Thrower implements Methods {
        volatile Throwable thrown = new IllegalStateException();

        @Override
        public void plain() {
            Thrower.<RuntimeException>sneak(thrown);
        }

        @Override
        public void io() throws IOException {
            plain();
        }

        @Override
        public void run() throws FileNotFoundException {
            plain();
        }

        @Override
        public void both() throws FileNotFoundException {
            plain();
        }

        @Override
        public void several() throws IOException, Refused {
            plain();
        }

        @Override
        public void any() {
            plain();
        }

        @Override
        public void everything() {
            plain();
        }

        @Override
        public void error() {
            plain();
        }

        @Override
        public void alone() {
            plain();
        }

        @Override
        public CompletionStage<String> later() {
            return CompletableFuture.<String>failedFuture(thrown).thenApply(value -> value);
        }

        @Override
        public void call(Callable<String> callback) throws Exception {
            callback.call();
        }

        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        private static <T extends Throwable> void sneak(Throwable thrown) throws T {
            throw (T) thrown;
        }
    }

    private final Thrower thrower = new Thrower();
    private final IpcServer server = RemoteObjects.export(Methods.class, thrower)
            .addTo(IpcServer.builder("local:throws"))
            .start();
    private final IpcConnection connection = IpcClient.connect("local:throws");
    private final Methods methods = RemoteObjects.of(connection).remote(Methods.class);

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    /** What the call throws when the object throws that. */
    private Throwable thrownBy(ThrowingCallable call, Throwable thrown) {
        thrower.thrown = thrown;
        return catchThrowable(call);
    }

    private static void assertIs(Throwable thrown, Class<?> type, @Nullable String message) {
        assertThat(thrown).isExactlyInstanceOf(type.asSubclass(Throwable.class)).hasMessage(message);
        assertThat(thrown.getCause()).isInstanceOfSatisfying(IpcException.class, cause -> {
            assertThat(cause.status()).isEqualTo(IpcStatus.HANDLER_FAILED);
            assertThat(cause.reason()).startsWith(type.getName());
        });
    }

    private static void assertFailed(Throwable thrown, String reason) {
        assertThat(thrown).isExactlyInstanceOf(IpcException.class).hasMessage("HANDLER_FAILED: " + reason);
    }

    @Test
    void theDeclaredExceptionIsThrownAndTheFailureIsItsCause() {
        assertIs(thrownBy(methods::io, new IOException("disk: full")), IOException.class, "disk: full");
        assertIs(thrownBy(methods::io, new IOException()), IOException.class, null);
        assertIs(thrownBy(methods::several, new Refused("no", null)), Refused.class, "no");
    }

    @Test
    void aSubclassArrivesAsTheNearestDeclaredOneWithItsName() {
        Throwable missing = new FileNotFoundException("a.txt");
        assertIs(thrownBy(methods::io, missing), IOException.class, "java.io.FileNotFoundException: a.txt");
        assertIs(thrownBy(methods::several, missing), FileNotFoundException.class, "a.txt");
        assertIs(thrownBy(methods::any, missing), Exception.class, "java.io.FileNotFoundException: a.txt");
        assertIs(thrownBy(methods::everything, new Throwable()), Throwable.class, null);
    }

    @Test
    void whatIsNotDeclaredIsAFailure() {
        assertFailed(thrownBy(methods::plain, new IOException("x")), "java.io.IOException: x");
        assertFailed(thrownBy(methods::io, new Refused("x", null)), Refused.class.getName() + ": x");
        assertFailed(thrownBy(methods::any, new IllegalStateException("x")), "java.lang.IllegalStateException: x");
        assertFailed(thrownBy(methods::everything, new AssertionError("x")), "java.lang.AssertionError: x");
        assertFailed(thrownBy(methods::error, new StackOverflowError("x")), "java.lang.StackOverflowError: x");
        assertFailed(thrownBy(methods::several, new InterruptedException("x")), "java.lang.InterruptedException: x");
        assertFailed(thrownBy(methods::any, new InterruptedException("x")), "java.lang.InterruptedException: x");
    }

    @Test
    void anIpcExceptionKeepsItsStatus() {
        Throwable full = new IpcException(IpcStatus.RESOURCE_EXHAUSTED, "full");
        assertThat(thrownBy(methods::several, full))
                .isExactlyInstanceOf(IpcException.class)
                .hasMessage("RESOURCE_EXHAUSTED: full");
        assertThat(thrownBy(methods::everything, full)).hasMessage("RESOURCE_EXHAUSTED: full");
    }

    @Test
    void theFutureOfAMethodFailsWithIt() {
        thrower.thrown = new IOException("disk full");
        assertThatThrownBy(() -> methods.later().toCompletableFuture().join())
                .isInstanceOfSatisfying(
                        CompletionException.class, e -> assertIs(e.getCause(), IOException.class, "disk full"));
        thrower.thrown = new Refused("no", null);
        assertThatThrownBy(() -> methods.later().toCompletableFuture().join())
                .isInstanceOfSatisfying(
                        CompletionException.class, e -> assertFailed(e.getCause(), Refused.class.getName() + ": no"));
    }

    @Test
    void typeArgumentsAndSeveralDeclarationsSayWhatIsDeclared() {
        Throwable missing = new FileNotFoundException("a.txt");
        assertIs(thrownBy(methods::run, missing), FileNotFoundException.class, "a.txt");
        assertIs(thrownBy(methods::both, missing), FileNotFoundException.class, "a.txt");
        Wide wide = methods;
        assertIs(thrownBy(wide::both, missing), FileNotFoundException.class, "a.txt");
        assertFailed(thrownBy(wide::both, new IOException("x")), "java.io.IOException: x");
    }

    @Test
    void whatACallbackThrowsCrossesTwice() {
        Throwable thrown = catchThrowable(() -> methods.call(() -> {
            throw new IOException("mine");
        }));
        assertIs(thrown, Exception.class, "java.io.IOException: mine");
    }

    @Test
    void anExceptionThatTakesNoCauseHasTheFailureSuppressed() {
        Throwable thrown = thrownBy(methods::alone, new Alone("x"));
        assertThat(thrown).isExactlyInstanceOf(Alone.class).hasMessage("x").hasNoCause();
        assertThat(thrown.getSuppressed())
                .hasOnlyElementsOfType(IpcException.class)
                .hasSize(1);
    }

    @Test
    void anExceptionThatRefusesItsMessageIsAFailure() {
        Throwable thrown = thrownBy(methods::alone, new Numbered("5"));
        assertFailed(thrown, Numbered.class.getName() + ": number 5");
        assertThat(thrown.getSuppressed())
                .hasOnlyElementsOfType(NumberFormatException.class)
                .hasSize(1);
    }

    @Test
    void anExceptionWhoseMessageCannotBeToldIsAFailure() {
        Throwable thrown = new IOException() {
            @Override
            public String getMessage() {
                throw new IllegalStateException("no message");
            }
        };
        assertFailed(
                thrownBy(methods::io, thrown),
                thrown.getClass().getName() + ": (its message is not known: java.lang.IllegalStateException)");
    }

    @Test
    void aNameFromTheWireIsOnlyCompared() {
        List<String> texts = List.of(
                DeclaredExceptionsTest.class.getName() + "$Trap: x",
                DeclaredExceptionsTest.class.getName() + "$Trap",
                "java.io.FileNotFoundException: x",
                "java.lang.ProcessBuilder: x",
                "java/io/IOException: x",
                "[Ljava.io.IOException;: x",
                "java.io.IOException:x",
                ": java.io.IOException: x",
                "",
                ": ");
        for (String text : texts) {
            assertFailed(thrownByPeer(IpcStatus.HANDLER_FAILED, text), text);
        }
        assertThat(thrownByPeer(IpcStatus.ACCESS_DENIED, "java.io.IOException: x"))
                .isExactlyInstanceOf(IpcException.class);
        assertIs(thrownByPeer(IpcStatus.HANDLER_FAILED, "java.io.IOException: : x"), IOException.class, ": x");
        assertIs(thrownByPeer(IpcStatus.HANDLER_FAILED, "java.io.IOException"), IOException.class, null);
        assertThat(LOADED).hasNullValue();
    }

    private static Throwable thrownByPeer(IpcStatus status, String text) {
        try (IpcServer peer = IpcServer.builder("local:hostile")
                        .service("object:" + Methods.class.getName(), request -> {
                            throw new IpcException(status, text);
                        })
                        .start();
                IpcConnection toPeer = IpcClient.connect("local:hostile")) {
            assertThat(peer.endpoints()).hasSize(1);
            return catchThrowable(RemoteObjects.of(toPeer).remote(Methods.class)::io);
        }
    }

    /** Has none of the constructors. */
    static final class Coded extends Exception {
        Coded(int code) {
            super("code " + code);
        }
    }

    /** Its constructor is its own affair. */
    static final class Hidden extends RuntimeException {
        private Hidden(String message) {
            super(message);
        }

        static Hidden of(String message) {
            return new Hidden(message);
        }
    }

    abstract static class General extends Exception {
        General(String message) {
            super(message);
        }
    }

    interface WithCoded {
        void run() throws Coded;
    }

    interface WithHidden {
        void run() throws Hidden;
    }

    interface WithGeneral {
        void run() throws General;
    }

    @Test
    void oneThatCannotBeMadeIsRefusedAtBothEnds() {
        String wanted =
                "which cannot be made at the caller: expected=a constructor (String, Throwable) or (String), not private";
        assertThatThrownBy(() -> RemoteObjects.export(WithCoded.class, () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("WithCoded.run: throws ")
                .hasMessageContaining(wanted + ", actual=none");
        assertThatThrownBy(() -> RemoteObjects.of(connection).remote(WithHidden.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(wanted + ", actual=none");
        assertThatThrownBy(() -> RemoteObjects.export(WithGeneral.class, () -> {}))
                .hasMessageContaining(wanted + ", actual=an abstract class");
        assertThat(Hidden.of("x")).hasMessage("x");
    }
}
