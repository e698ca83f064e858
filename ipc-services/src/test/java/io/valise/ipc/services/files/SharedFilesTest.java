package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(HangWatchdog.class)
class SharedFilesTest {
    @TempDir
    private Path temp;

    private final MutableClock clock = new MutableClock();
    private final SharedFiles files = new SharedFiles(clock, null);
    private final IpcServer server =
            files.addTo(IpcServer.builder("local:files")).start();
    private final IpcConnection connection = IpcClient.connect("local:files");

    @AfterEach
    void close() {
        connection.close();
        server.close();
    }

    private Path file(String name, int bytes) throws IOException {
        return Files.write(temp.resolve(name), "x".repeat(bytes).getBytes(UTF_8));
    }

    @Test
    void aTokenIsRedeemedOnceForNameSizeAndBytes() throws IOException {
        String token = files.add(file("report.txt", 200_000));
        assertThat(token).hasSize(43).matches("[A-Za-z0-9_-]+");
        assertThat(files.outstanding()).isOne();
        List<Long> progress = new ArrayList<>();
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            assertThat(file.name()).isEqualTo("report.txt");
            assertThat(file.size()).isEqualTo(200_000);
            file.onProgress((bytes, total) -> progress.add(bytes)).copyTo(temp.resolve("copy"));
            assertThat(file.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(temp.resolve("copy")).hasSameBinaryContentAs(temp.resolve("report.txt"));
        assertThat(progress).isSorted().endsWith(200_000L);
        assertThat(files.outstanding()).isZero();
        assertThat(refused(token)).isEqualTo(refused("never there"));
    }

    @Test
    void aClientSharesWithTheServerOfItsConnections() throws Exception {
        String token = files.add(file("upload", 10));
        try (IpcServer receiver = IpcServer.builder("local:receiver")
                        .service(
                                "upload",
                                request -> ValueSet.of(
                                        "content",
                                        content(
                                                request.connection(),
                                                request.message().getString("token"))))
                        .start();
                IpcConnection sharing =
                        files.addTo(IpcClient.builder("local:receiver")).connect()) {
            assertThat(receiver.isOpen()).isTrue();
            assertThat(sharing.request("upload", ValueSet.of("token", token)).getString("content"))
                    .isEqualTo("x".repeat(10));
        }
    }

    private static String content(IpcConnection from, String token) throws IOException {
        try (SharedFile file = SharedFiles.redeem(from, token)) {
            return new String(file.readAll(), UTF_8);
        }
    }

    @Test
    void anEmptyFileHasNoBytes() throws IOException {
        try (SharedFile file = SharedFiles.redeem(connection, files.add(file("empty", 0)))) {
            assertThat(file.readAll()).isEmpty();
        }
    }

    @Test
    void aTokenIsSpentBeforeTheLastByteIsHandedOverAndNoSooner() throws IOException {
        AtomicInteger redeemed = new AtomicInteger();
        String token = files.add(file("report", 100_000), redeemed::incrementAndGet);
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            ByteBuffer all = ByteBuffer.allocate(100_000);
            while (all.remaining() > 1) {
                file.read(all);
            }
            assertThat(redeemed).hasValue(0);
            assertThat(file.isSpent()).isFalse();
            assertThat(files.outstanding()).isOne();
            assertThat(refused(token)).isEqualTo(refused("unknown"));
            assertThat(file.read(all)).isOne();
            assertThat(redeemed).hasValue(1);
            assertThat(file.isSpent()).isTrue();
            assertThat(file.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        assertThat(redeemed).hasValue(1);
        assertThat(refused(token)).isEqualTo(refused("unknown"));
    }

    @Test
    void aReaderThatCannotLearnWhetherTheTokenIsSpentDoesNotGetTheLastByte() throws IOException {
        try (SharedFile file = SharedFiles.redeem(connection, files.add(file("report", 10)))) {
            ByteBuffer all = ByteBuffer.allocate(10);
            assertThat(file.read(all)).isEqualTo(9);
            connection.close();
            assertThatThrownBy(() -> file.read(all)).isInstanceOf(IpcException.class);
            assertThat(all.remaining()).isOne();
        }
        assertThat(files.outstanding()).isOne();
    }

    @Test
    void aRevokedFileIsNotHadWhole() throws IOException {
        String token = files.add(file("report", 100_000));
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            assertThat(file.read(ByteBuffer.allocate(10))).isEqualTo(10);
            assertThat(files.revoke(token)).isTrue();
            assertThatThrownBy(file::readAll)
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
        }
    }

    @Test
    void aTransferThatFailedLeavesTheTokenAsItWas() throws IOException {
        AtomicInteger redeemed = new AtomicInteger();
        Path shared = file("report", 3 << 20);
        String token = files.add(shared, redeemed::incrementAndGet);
        SharedFile abandoned = SharedFiles.redeem(connection, token);
        assertThat(abandoned.read(ByteBuffer.allocate(10))).isEqualTo(10);
        abandoned.close();
        connection.request("valise.ping", ValueSet.empty()); // behind the end of the transfer
        Path moved = Files.move(shared, temp.resolve("moved"));
        refused(token, IpcStatus.HANDLER_FAILED);
        refused(token, IpcStatus.HANDLER_FAILED);
        Files.move(moved, shared);
        assertThat(redeemed).hasValue(0);
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            assertThatThrownBy(() -> file.copyTo(temp.resolve("no such folder").resolve("copy")))
                    .isInstanceOf(NoSuchFileException.class);
        }
        connection.request("valise.ping", ValueSet.empty());
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            file.copyTo(temp.resolve("copy"));
        }
        assertThat(redeemed).hasValue(1);
    }

    @Test
    void aConfirmationCountsFromTheReaderAlone() throws IOException {
        AtomicInteger redeemed = new AtomicInteger();
        String token = files.add(file("report", 10_000_000), redeemed::incrementAndGet);
        try (IpcConnection bystander = IpcClient.connect("local:files");
                SharedFile file = SharedFiles.redeem(connection, token)) {
            for (IpcConnection liar : List.of(bystander, connection)) { // it was not sent whole either
                assertThatThrownBy(() -> liar.request("files.received", ValueSet.of("token", token)))
                        .isInstanceOfSatisfying(
                                IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED));
            }
            ByteBuffer all = ByteBuffer.allocate(10_000_000);
            while (all.remaining() > 1) {
                file.read(all);
            }
            assertThatThrownBy(() -> bystander.request("files.received", ValueSet.of("token", token)))
                    .isInstanceOf(IpcException.class);
            assertThat(redeemed).hasValue(0);
            assertThat(file.read(all)).isOne();
            assertThat(redeemed).hasValue(1);
        }
    }

    @Test
    void whyATokenCannotBeRedeemedIsNotTold() throws IOException {
        String unknown = refused("unknown");
        String revoked = files.add(file("a", 1));
        assertThat(files.revoke(revoked)).isTrue();
        assertThat(files.revoke(revoked)).isFalse();
        assertThat(refused(revoked)).isEqualTo(unknown);

        String expired = files.add(file("b", 1));
        String later = files.add(file("b", 1));
        clock.move(SharedFiles.LIFETIME.minusSeconds(1));
        SharedFiles.redeem(connection, later).close();
        clock.move(Duration.ofSeconds(1));
        assertThat(files.outstanding()).isZero();
        assertThat(refused(expired)).isEqualTo(unknown);
        assertThat(files.revoke(expired)).isFalse();
    }

    @Test
    void noMoreThanAThousandAreOutstandingAndExpiredOnesDoNotCount() throws IOException {
        Path file = file("a", 1);
        for (int i = 0; i < SharedFiles.MOST_OUTSTANDING; i++) {
            files.add(file);
        }
        assertThatThrownBy(() -> files.add(file))
                .isInstanceOf(IpcException.class)
                .hasMessageContaining("limit=1000, actual=1001");
        clock.move(SharedFiles.LIFETIME);
        assertThat(files.add(file)).isNotEmpty();
        assertThat(files.outstanding()).isOne();
    }

    @Test
    void onlyRegularFilesCanBeShared() {
        assertThatThrownBy(() -> files.add(temp)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> files.add(temp.resolve("absent"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void whatHasComeInPlaceOfTheFileIsNotRead() throws IOException {
        Path secret = file("secret", 10);
        Path given = file("given", 10);
        String linked = files.add(given);
        String gone = files.add(given);
        Files.delete(given);
        assertThat(refused(gone, IpcStatus.HANDLER_FAILED)).isEqualTo("shared file given: it cannot be read any more");
        Files.createSymbolicLink(given, secret);
        assertThat(refused(linked, IpcStatus.HANDLER_FAILED))
                .contains("cannot be read")
                .doesNotContain(temp.toString());
    }

    @Test
    void aPolicyHoldsWhenAFileIsAddedAndWhenItIsRedeemed() throws IOException {
        FileAccessPolicy policy = new FileAccessPolicy(temp);
        SharedFiles gated = new SharedFiles(policy);
        try (IpcServer gate = gated.addTo(IpcServer.builder("local:gated")).start();
                IpcConnection other = IpcClient.connect("local:gated")) {
            assertThat(gate.endpoints()).hasSize(1);
            String token = gated.add(file("a", 3));
            String second = gated.add(file("a", 3));
            assertThatThrownBy(() -> gated.add(Path.of("/etc/passwd"))).isInstanceOf(IpcException.class);
            assertThat(SharedFiles.redeem(other, token).readAll()).hasSize(3);
            policy.revokeAll();
            assertThatThrownBy(() -> SharedFiles.redeem(other, second)).hasMessageContaining("cannot be read");
        }
    }

    @Test
    void aClientSharesWithItsServerToo() throws IOException {
        files.on(connection);
        assertThat(SharedFiles.redeem(server.connections().get(0), files.add(file("a", 3)))
                        .readAll())
                .hasSize(3);
    }

    @Test
    void aFileThatShrinksIsAFailureAndNotAShorterFile() throws Exception {
        Path file = file("shrinks", 10_000_000);
        try (SharedFile shared = SharedFiles.redeem(connection, files.add(file))) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(5_000_000);
            }
            assertThatThrownBy(shared::readAll)
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("it was cut short while it was read: size=10000000, actual=5000000");
        }
    }

    @Test
    void aCopyIsThereWhenAllOfItIs() throws IOException {
        Path shared = file("a", 3 << 20);
        Path folder = Files.createDirectory(temp.resolve("copies"));
        Path copy = folder.resolve("copy");
        try (SharedFile file = SharedFiles.redeem(connection, files.add(shared))) {
            Files.writeString(copy, "mine");
            assertThatThrownBy(() -> file.copyTo(copy)).isInstanceOf(FileAlreadyExistsException.class);
            assertThat(copy).hasContent("mine");
            Files.delete(copy);
            file.onProgress((bytes, total) -> {
                assertThat(copy).doesNotExist();
                connection.close();
            });
            assertThatThrownBy(() -> file.copyTo(copy)).isInstanceOf(IpcException.class);
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void ofTwoCopiesToOneNameTheSecondReplacesNothingAndItsDraftIsWhole() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("copies"));
        Path copy = folder.resolve("copy");
        try (SharedFile file = SharedFiles.redeem(connection, files.add(file("a", 100_000)))) {
            file.onProgress((bytes, total) -> {
                if (bytes == total) { // behind the check whether it exists
                    create(copy);
                }
            });
            assertThatThrownBy(() -> file.copyTo(copy))
                    .isInstanceOf(FileSystemException.class)
                    .hasCauseInstanceOf(FileAlreadyExistsException.class)
                    .hasMessageContaining("the token is spent, and " + folder.resolve(".draft-"));
        }
        assertThat(copy).isEmptyFile();
        Files.delete(copy);
        try (Stream<Path> draft = Files.list(folder)) {
            assertThat(draft)
                    .singleElement()
                    .satisfies(whole -> assertThat(whole).hasSize(100_000));
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aCopyIsOfAllBytesOrRefused() throws IOException {
        Path shared = file("a", 100);
        try (SharedFile file = SharedFiles.redeem(connection, files.add(shared))) {
            assertThat(file.read(ByteBuffer.allocate(10))).isEqualTo(10);
            assertThatThrownBy(() -> file.copyTo(temp.resolve("copy")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("10 bytes were read before; redeem the token again");
        }
        assertThat(files.outstanding()).isOne();
        assertThat(temp.resolve("copy")).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeListedTakesACopyToo() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("box"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("-wx------"));
        try (SharedFile file = SharedFiles.redeem(connection, files.add(file("a", 100)))) {
            file.copyTo(folder.resolve("copy"));
        }
        assertThat(folder.resolve("copy")).hasSize(100);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    /** The owner ends between the spending and its answer, as by a kill: the reader cannot tell that from an end before. */
    @Test
    void whoDoesNotLearnThatTheTokenIsSpentDoesNotGetTheFile() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("copies"));
        String token = files.add(file("a", 100_000), connection::close);
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            assertThatThrownBy(() -> file.copyTo(folder.resolve("copy")))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("its token may be spent; redeem it again");
            assertThat(file.isSpent()).as("it does not know").isFalse();
        }
        assertThat(folder).isEmptyDirectory();
        assertThat(files.outstanding()).isZero();
    }

    @Test
    void theReaderLearnsAtOnceThatTheConnectionEnded() throws IOException {
        try (SharedFile shared = SharedFiles.redeem(connection, files.add(file("long", 10_000_000)))) {
            server.close();
            assertThatThrownBy(shared::readAll).isInstanceOf(IpcException.class);
        }
    }

    @Test
    void aClosedTransferCannotBeRead() throws IOException {
        SharedFile shared = SharedFiles.redeem(connection, files.add(file("long", 10_000_000)));
        shared.close();
        shared.close();
        assertThat(shared.isOpen()).isFalse();
        assertThatThrownBy(shared::readAll).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void noMoreIsSentThanWasAskedForAndTheFileIsClosedWhenCancelled() throws Exception {
        FileChannel channel = FileChannel.open(file("long", 1_000_000), StandardOpenOption.READ);
        BlockingQueue<ValueSet> sent = new LinkedBlockingQueue<>();
        BlockingQueue<String> failed = new LinkedBlockingQueue<>();
        BlockingQueue<Flow.Subscription> subscriptions = new LinkedBlockingQueue<>();
        FileSource source = new FileSource("long", channel, channel.size(), () -> failed.add("failed"));
        source.subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                subscriptions.add(subscription);
            }

            @Override
            public void onNext(ValueSet item) {
                sent.add(item);
            }

            @Override
            public void onError(Throwable failure) {
                throw new AssertionError(failure);
            }

            @Override
            public void onComplete() {
                throw new AssertionError("there is more");
            }
        });
        Flow.Subscription subscription = subscriptions.take();
        subscription.request(1);
        assertThat(sent.take()).isEqualTo(ValueSet.of("name", "long", "size", 1_000_000L));
        subscription.request(2);
        assertThat(sent.take().getBytes("data")).hasSize(64 * 1024);
        assertThat(sent.take().getBytes("data")).hasSize(64 * 1024);
        assertThat(sent.poll(50, TimeUnit.MILLISECONDS)).isNull();
        assertThat(channel.isOpen()).isTrue();
        assertThat(source.confirm()).as("not all has been sent").isFalse();
        subscription.cancel();
        subscription.cancel();
        assertThat(channel.isOpen()).isFalse();
        assertThat(failed).containsExactly("failed");
    }

    private String refused(String token) {
        return refused(token, IpcStatus.ACCESS_DENIED);
    }

    private String refused(String token, IpcStatus status) {
        try (SharedFile file = SharedFiles.redeem(connection, token)) {
            throw new AssertionError("redeemed: " + file.name());
        } catch (IpcException e) {
            assertThat(e.status()).isEqualTo(status);
            return e.reason();
        }
    }
}
