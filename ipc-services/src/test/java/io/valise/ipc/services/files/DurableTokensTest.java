package io.valise.ipc.services.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.spi.runtime.FolderLock;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Durable tokens within one process, with the clock moved. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class DurableTokensTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    private final MutableClock clock = new MutableClock();
    private AppIdentity editor;
    private SharedFiles files;
    private Path folder;

    @BeforeEach
    void open() throws IOException {
        editor = AppIdentity.open("acme", "editor");
        files = SharedFiles.durable(editor, clock, null);
        folder = own.configuration().resolve("tokens").resolve(editor.id());
    }

    private Path file(String name, int bytes) throws IOException {
        return Files.write(
                own.path().toRealPath().resolve(name), "x".repeat(bytes).getBytes(UTF_8));
    }

    private SharedFile redeem(String token) {
        return SharedFiles.redeem(token, clock);
    }

    private String refusal(String token) {
        try (SharedFile file = redeem(token)) {
            throw new AssertionError("redeemed: " + file.name());
        } catch (IpcException e) {
            return e.getMessage();
        }
    }

    private List<Path> kept() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(each -> !each.getFileName().toString().startsWith("."))
                    .toList();
        }
    }

    @Test
    void anyNameAndSizeIsRedeemed() throws IOException {
        for (int bytes : new int[] {0, 1, 2, 64 * 1024, 64 * 1024 + 1, 3 << 20}) {
            String token = files.add(file("r \n%20 \u00fc" + bytes, bytes));
            assertThat(token).hasSize(SharedFiles.TOKEN_CHARACTERS).matches("[A-Za-z0-9_-]+");
            try (SharedFile file = redeem(token)) {
                assertThat(file.name()).isEqualTo("r \n%20 \u00fc" + bytes);
                assertThat(file.size()).isEqualTo(bytes);
                assertThat(file.readAll()).hasSize(bytes);
                assertThat(file.isSpent()).isTrue();
            }
            assertThat(files.outstanding()).isZero();
        }
        assertThat(kept()).isEmpty();
    }

    @Test
    void noTokenLooksLikeAnOptionOfACommand() {
        assertThat(Stream.generate(Tokens::fresh).limit(2000))
                .allMatch(token -> token.matches("[A-Za-z0-9_][A-Za-z0-9_-]{42}"))
                .doesNotHaveDuplicates();
    }

    @Test
    void whyATokenCannotBeRedeemedIsNotTold() throws IOException {
        Path file = file("report", 100_000);
        String never = refusal("never there");
        assertThat(never).startsWith("ACCESS_DENIED: token: unknown, redeemed, being redeemed, revoked or expired");
        assertThat(own.configuration().resolve("tokens"))
                .as("to ask makes nothing")
                .doesNotExist();
        String spent = files.add(file);
        redeem(spent).readAll();
        String revoked = files.add(file);
        assertThat(files.revoke(revoked)).isTrue();
        assertThat(files.revoke(revoked)).isFalse();
        String taken = files.add(file);
        String expired = files.add(file);
        try (SharedFile other = redeem(taken)) {
            assertThat(other.read(ByteBuffer.allocate(1))).isOne();
            assertThat(List.of(spent, revoked, taken, "", "/", "../" + spent, "x".repeat(1_000_000)))
                    .allSatisfy(token -> assertThat(refusal(token)).isEqualTo(never));
        }
        clock.move(SharedFiles.LIFETIME.minusSeconds(1));
        redeem(expired).close();
        clock.move(Duration.ofSeconds(1));
        assertThat(refusal(expired)).isEqualTo(never);
        assertThat(files.revoke(expired)).isFalse();
        assertThat(files.outstanding()).isZero();
    }

    @Test
    void aThousandAreOutstandingForAnApplicationInWhateverProcess() throws IOException {
        Path file = file("report", 1);
        files.add(file);
        String expires = kept().get(0).getFileName().toString().substring(64);
        for (int i = 1; i < SharedFiles.MOST_OUTSTANDING; i++) { // as another process makes them
            Files.createFile(folder.resolve(Tokens.hash("token" + i) + expires));
        }
        Files.createFile(folder.resolve(".draft-of-a-killed-process"));
        assertThatThrownBy(() -> files.add(file)).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).isEqualTo(IpcStatus.RESOURCE_EXHAUSTED);
            assertThat(e).hasMessageContaining("limit=1000, actual=1001; revoke those");
        });
        assertThat(folder.resolve(".draft-of-a-killed-process")).doesNotExist();
        SharedFiles viewer = SharedFiles.durable(AppIdentity.open("acme", "viewer"), clock, null);
        viewer.add(file);
        assertThat(viewer.outstanding()).isOne();
        clock.move(SharedFiles.LIFETIME);
        assertThat(files.outstanding()).isZero();
        files.add(file);
        assertThat(kept()).as("the expired ones are removed").hasSize(1);
    }

    @Test
    void theLastByteIsHandedOverWhileTheTokenIsGoodAndNotAfterwards() throws IOException {
        Path file = file("report", 100_000);
        List<Consumer<String>> ends = List.of(files::revoke, token -> clock.move(SharedFiles.LIFETIME));
        for (Consumer<String> end : ends) {
            String token = files.add(file);
            try (SharedFile shared = redeem(token)) {
                ByteBuffer bytes = ByteBuffer.allocate(100_000);
                while (bytes.position() < 99_999) {
                    shared.read(bytes);
                }
                assertThat(shared.isSpent()).isFalse();
                end.accept(token);
                assertThatThrownBy(() -> shared.read(bytes)).isInstanceOfSatisfying(IpcException.class, e -> {
                    assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED);
                    assertThat(e).hasMessageContaining("while the file was read");
                });
            }
        }
    }

    @Test
    void aTransferThatFailsLeavesTheTokenAsItWas() throws IOException {
        String token = files.add(file("report", 3 << 20));
        try (SharedFile abandoned = redeem(token)) {
            assertThat(abandoned.read(ByteBuffer.allocate(10))).isEqualTo(10);
        }
        Path moved = Files.move(own.path().resolve("report"), own.path().resolve("moved"));
        assertThat(refusal(token)).isEqualTo("HANDLER_FAILED: shared file report: it cannot be read any more");
        Files.createSymbolicLink(own.path().resolve("report"), moved);
        assertThat(refusal(token)).startsWith("HANDLER_FAILED");
        Files.delete(own.path().resolve("report"));
        Files.move(moved, own.path().resolve("report"));
        try (SharedFile file = redeem(token)) {
            file.copyTo(own.path().resolve("copy"));
        }
        assertThat(own.path().resolve("copy")).hasSize(3 << 20);
        assertThat(refusal(token)).startsWith("ACCESS_DENIED");
    }

    @Test
    void theMakersPolicyAppliesWhereverATokenIsRedeemed() throws IOException {
        Path reports = Files.createDirectory(own.path().toRealPath().resolve("reports"));
        Path images = Files.createDirectory(own.path().toRealPath().resolve("images"));
        Path report = Files.writeString(reports.resolve("may"), "profits");
        Path image = Files.writeString(images.resolve("logo"), "picture");
        SharedFiles earlier = SharedFiles.durable(editor, clock, new FileAccessPolicy(reports));
        assertThatThrownBy(() -> earlier.add(image)).hasMessageContaining("not below an allowed root");
        String ofEarlier = earlier.add(report);
        SharedFiles ofImages = SharedFiles.durable(editor, clock, new FileAccessPolicy(images));
        String ofImage = ofImages.add(image);
        FileAccessPolicy both = new FileAccessPolicy(reports, own.path());
        String stays = SharedFiles.durable(editor, clock, both).add(report);

        try (IpcServer server = ofImages.addTo(IpcServer.builder("local:gated")).start();
                IpcConnection connection = IpcClient.connect("local:gated")) {
            assertThat(server.endpoints()).hasSize(1);
            assertThatThrownBy(() -> SharedFiles.redeem(connection, ofEarlier))
                    .as("this process does not allow it")
                    .hasMessageContaining("cannot be read any more");
        }
        assertThat(both.revoke(reports)).isTrue();
        assertThat(refusal(ofEarlier)).startsWith("ACCESS_DENIED");
        redeem(ofImage).readAll();
        try (SharedFile allowed = redeem(stays)) {
            assertThat(allowed.size()).as("another root allows it").isEqualTo(7);
        }
        both.revokeAll();
        assertThat(refusal(stays)).startsWith("ACCESS_DENIED");
        String gone = earlier.add(report);
        Files.move(reports, own.path().resolve("elsewhere"));
        assertThat(refusal(gone)).startsWith("HANDLER_FAILED");
        Files.createSymbolicLink(reports, own.path().resolve("elsewhere"));
        assertThat(refusal(gone)).startsWith("HANDLER_FAILED");
    }

    /** Policies ask for their roots after they have resolved a path: a directory is exchanged there, and back again. */
    @Test
    void aFileThatComesInItsPlaceBetweenTheChecksIsNotSent() throws IOException {
        Path base = own.path().toRealPath();
        Path reports = Files.createDirectory(base.resolve("reports"));
        Path secrets = Files.createDirectory(base.resolve("secrets"));
        Path report = Files.writeString(reports.resolve("may"), "profits");
        Files.writeString(secrets.resolve("may"), "secret");
        FileAccessPolicy kept = new FileAccessPolicy("kept", () -> List.of(exchange(reports, secrets)));
        FileAccessPolicy sender = new FileAccessPolicy("sender", () -> List.of(base, exchange(reports, secrets)));
        for (FileAccessPolicy policy : Arrays.asList(sender, null)) {
            assertThatThrownBy(() -> Transfer.open(new OpenClaim(report, kept), policy, () -> {}))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.HANDLER_FAILED));
        }
    }

    /** Puts a link to another directory in a directory's place, or the directory in that of the link. */
    private static Path exchange(Path directory, Path other) {
        try {
            Path moved = directory.resolveSibling("moved");
            if (Files.isSymbolicLink(directory)) {
                Files.delete(directory);
                Files.move(moved, directory);
            } else {
                Files.move(directory, moved);
                Files.createSymbolicLink(directory, other);
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record OpenClaim(Path file, @Nullable FileAccessPolicy policy) implements TokenStore.Claim {
        @Override
        public boolean spend() {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void tell() {
            throw new AssertionError("nothing was sent");
        }

        @Override
        public void close() {}
    }

    @Test
    @Logs("is passed over: expected")
    void aTokenThatCannotBeReadNowIsRevokedByTheNextCallAndHindersNoOther() throws IOException {
        Path report = file("report", 10);
        FileAccessPolicy policy = new FileAccessPolicy(own.path());
        SharedFiles gated = SharedFiles.durable(editor, clock, policy);
        List<String> tokens = List.of(gated.add(report), gated.add(report), gated.add(report));
        Path hidden = kept(tokens.get(0));
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-rw----"));
        Files.writeString(kept(tokens.get(1)), "damaged");
        SharedFiles viewer = SharedFiles.durable(AppIdentity.open("acme", "viewer"), clock, policy);
        viewer.add(report);
        assertThatThrownBy(() -> policy.revoke(own.path()))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining(hidden.toString());
        assertThat(policy.roots()).isEmpty();
        assertThat(kept()).containsExactlyInAnyOrder(hidden, kept(tokens.get(1)));
        assertThat(viewer.outstanding()).isZero();
        Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
        assertThat(policy.revoke(own.path())).as("it was not allowed before").isFalse();
        assertThat(kept()).containsExactly(kept(tokens.get(1)));
    }

    private Path kept(String token) {
        try {
            return kept().stream()
                    .filter(each -> each.getFileName().toString().startsWith(Tokens.hash(token)))
                    .findFirst()
                    .orElseGet(() -> folder.resolve("none"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRootThatIsRevokedWhileATokenIsMadeRevokesItToo() throws IOException {
        Path report = file("report", 10);
        FileAccessPolicy policy = new FileAccessPolicy(own.path());
        SharedFiles gated = SharedFiles.durable(editor, clock, policy);
        gated.revoke(gated.add(report)); // which makes the folder
        FutureTask<String> add = new FutureTask<>(() -> gated.add(report));
        Thread adder = new Thread(add, "adder");
        FolderLock.locked(folder, () -> {
            adder.start();
            while (adder.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait(); // until it waits for the lock, after its first check
            }
            return policy.revoke(own.path());
        });
        assertThatThrownBy(add::get).hasMessageContaining("not below an allowed root");
        assertThat(gated.outstanding()).isZero();
        assertThat(kept()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "valise file token 2\nfile file:///etc/passwd\n",
                "valise file token 1\n",
                "valise file token 1\nfile jar:file:///x.jar!/x\n",
                "valise file token 1\nfile file://host/x\n",
                "valise file token 1\nfile file:relative\n",
                "valise file token 1\nfile file:///%zz\n",
                "valise file token 1\nfile file:///x\nroot x\n",
                "valise file token 1\nfile file:///x\nroots 1\nroot x\n",
                "valise file token 1\nfile file:///x\nroots 2\nroot file:///x\n",
                "valise file token 1\nfile file:///x\nroots 1\n",
                "valise file token 1\nfile file:///x\nroots 1\nroot file:///",
                "valise file token 1\nfile file:///x\nroots 0",
                "valise file token 1\nfile file:///x\n",
                "valise file token 1\nfile file:///x\nconsent ../x\n",
                "valise file token 1\nfile file:///x\nroot file:///x\nconsent editor_0000000000000\n"
            })
    @Logs("is passed over: expected")
    void damagedTokensAreShownAndRefused(String text) throws IOException {
        SharedFiles now = SharedFiles.durable(editor);
        String token = now.add(file("report", 10));
        Files.writeString(kept().get(0), text);
        assertThat(refusalNow(token)).isEqualTo(refusalNow("unknown"));
        assertThat(DurableToken.all()).singleElement().satisfies(one -> {
            assertThat(one.id()).isEqualTo(DurableToken.idOf(token)).hasSize(16);
            assertThat(one.applicationId()).isEqualTo(editor.id());
            assertThat(one.file()).isEmpty();
        });
        DurableToken shown = DurableToken.all().get(0);
        assertThat(shown.revoke()).isTrue();
        assertThat(shown.revoke()).isFalse();
        assertThat(now.outstanding()).isZero();
    }

    @Test
    @Logs({"is passed over: private file", "file tokens of aaa_0000000000000 are passed over"})
    void filesThatOthersCouldHaveWrittenAreNotBelieved() throws IOException {
        String token = SharedFiles.durable(editor).add(file("report", 10));
        Path kept = kept().get(0);
        Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(refusalNow(token)).startsWith("ACCESS_DENIED");
        Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("rw-------"));
        Path moved = Files.move(kept, own.path().resolve("moved"));
        Files.createSymbolicLink(kept, moved);
        assertThat(refusalNow(token)).startsWith("ACCESS_DENIED");
        Files.delete(kept);
        Files.move(moved, kept);
        Files.createSymbolicLink(folder.resolveSibling("aaa_0000000000000"), own.path());
        assertThat(SharedFiles.redeem(token).readAll()).hasSize(10);
    }

    @Test
    @Logs("file tokens of aaa_0000000000000 are passed over")
    void aFolderThatCannotBeUsedHidesNoOther() throws IOException {
        SharedFiles now = SharedFiles.durable(editor);
        String token = now.add(file("report", 10));
        Files.createSymbolicLink(folder.resolveSibling("aaa_0000000000000"), own.path());
        assertThat(DurableToken.all()).extracting(DurableToken::id).containsExactly(DurableToken.idOf(token));
        assertThat(DurableToken.all().get(0).revoke()).isTrue();
        assertThat(now.outstanding()).isZero();
    }

    private static String refusalNow(String token) {
        try (SharedFile file = SharedFiles.redeem(token)) {
            throw new AssertionError("redeemed: " + file.name());
        } catch (IpcException e) {
            return e.getMessage();
        }
    }
}
