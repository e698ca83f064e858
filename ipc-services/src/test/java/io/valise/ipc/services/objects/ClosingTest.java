package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What {@code close()} of a proxy does. Both ends in this process. */
@ExtendWith(HangWatchdog.class)
class ClosingTest {
    interface Book extends Closeable {
        String read();
    }

    /** Its close() is not that of an AutoCloseable alone. */
    interface Closing {
        void close();
    }

    interface Drawer extends Closing, AutoCloseable {}

    interface Shelf extends AutoCloseable {
        Book book();

        Drawer drawer();

        Plain plain();

        Counted counted();

        @Override
        void close();
    }

    /** Closed as often as it likes. */
    interface Plain {
        void close();
    }

    /** Its close() releases the reference. */
    interface Counted extends RemoteObject {
        @Override
        void close();
    }

    /** What the server has. */
    private final class OneShelf implements Shelf, Unreferenced {
        @Override
        public Book book() {
            return new OneBook();
        }

        @Override
        public Drawer drawer() {
            return () -> closed.add("drawer");
        }

        @Override
        public Plain plain() {
            return () -> closed.add("plain");
        }

        @Override
        public Counted counted() {
            return () -> closed.add("counted");
        }

        @Override
        public void close() {
            closed.add("shelf");
        }

        @Override
        public void unreferenced() {
            throw new AssertionError("a root has no references");
        }
    }

    private final class OneBook implements Book, Unreferenced {
        @Override
        public String read() {
            return "text";
        }

        @Override
        public void close() throws IOException {
            closed.add("book");
            if (refuses) {
                throw new IOException("not yet");
            }
        }

        @Override
        public void unreferenced() {
            freed.add(this);
        }
    }

    private volatile boolean refuses;
    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
    private final BlockingQueue<Object> freed = new LinkedBlockingQueue<>();
    private final ExportedObjects exported = RemoteObjects.export(Shelf.class, new OneShelf());
    private final IpcServer server =
            exported.addTo(IpcServer.builder("local:shelf")).start();
    private final IpcConnection connection = IpcClient.connect("local:shelf");
    private final Shelf shelf = RemoteObjects.of(connection).remote(Shelf.class);

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private List<String> closedByNow() {
        List<String> all = new ArrayList<>();
        closed.drainTo(all);
        return all;
    }

    @Test
    void thatOfAnAutoCloseableClosesTheObjectAndReleasesTheReference() throws Exception {
        Book again;
        try (Book book = shelf.book()) {
            again = book;
            assertThat(book.read()).isEqualTo("text");
            assertThat(closedByNow()).isEmpty();
        }
        assertThat(closedByNow()).containsExactly("book");
        assertThat(freed.take()).isInstanceOf(OneBook.class);
        assertThat(exported.liveObjects()).isZero();
        again.close();
        assertThat(closedByNow()).isEmpty();
        assertThatThrownBy(again::read).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void oneThatFailsReleasesTheReferenceToo() throws Exception {
        refuses = true;
        Book book = shelf.book();
        assertThatThrownBy(book::close).isExactlyInstanceOf(IOException.class).hasMessage("not yet");
        assertThat(freed.take()).isInstanceOf(OneBook.class);
        book.close();
        assertThat(closedByNow()).containsExactly("book");
    }

    @Test
    void aProxyWithOptionsKeepsTheReference() throws Exception {
        Book with = RemoteObjects.with(shelf.book(), call -> {});
        forget(shelf.book());
        System.gc();
        assertThat(freed.take()).isInstanceOf(OneBook.class);
        assertThat(with.read()).isEqualTo("text");
        assertThat(exported.liveObjects()).isOne();
        with.close();
        assertThat(freed.take()).isInstanceOf(OneBook.class);
    }

    private static void forget(Book book) {
        assertThat(book.read()).isEqualTo("text");
    }

    @Test
    void thatOfARootIsACallAlone() {
        shelf.close();
        shelf.close();
        assertThat(closedByNow()).containsExactly("shelf", "shelf");
        assertThat(shelf.book()).isNotNull();
    }

    @Test
    void anAutoCloseableIsOneByAnyOfItsInterfaces() throws Exception {
        Drawer drawer = shelf.drawer();
        Closing same = drawer;
        same.close();
        drawer.close();
        assertThat(closedByNow()).containsExactly("drawer");
    }

    @Test
    void oneOfAnotherInterfaceIsACallLikeAnyOther() {
        Plain plain = shelf.plain();
        plain.close();
        plain.close();
        assertThat(closedByNow()).containsExactly("plain", "plain");
    }

    @Test
    void thatOfARemoteObjectReleasesTheReferenceAlone() {
        Counted counted = shelf.counted();
        counted.close();
        assertThat(shelf.book()).isNotNull();
        assertThat(closedByNow()).isEmpty();
        Book book = shelf.book();
        RemoteObject.of(book).close();
        assertThat(shelf.book()).isNotNull();
        assertThat(closedByNow()).isEmpty();
    }
}
