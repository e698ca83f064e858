package io.valise.ipc.services.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcServer;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.InFullRun;
import io.valise.ipc.testkit.rule.Variants;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;

/** Durable tokens among processes that are killed. */
@ExtendWith(HangWatchdog.class)
class DurableTokensAcceptanceTest {
    private static final int RACES = 10;
    private static final int KILLS = 6;
    private static final int TOKENS = 150;

    @RegisterExtension
    final OwnHome own = new OwnHome();

    @AfterEach
    void endPrograms() {
        ForkedJvm.killAll();
    }

    private Path file(int bytes) throws IOException {
        return Files.write(own.path().resolve("report"), new byte[bytes]);
    }

    @Test
    void aTokenOutlivesItsMakerAndTheRuntimeDirectoryAndIsRedeemedOnce() throws Exception {
        Path file = file(100_000);
        String token;
        try (ForkedJvm maker = ForkedJvm.start(TokenProgram.class, "editor")) {
            token = maker.ask("add", file);
            maker.kill();
        }
        String emptied = "-Dvalise.home=" + own.path().resolve("boot"); // as it is after a restart of the machine
        try (ForkedJvm reader = ForkedJvm.start(List.of(emptied), TokenProgram.class, "viewer")) {
            assertThat(reader.ask("redeem", token)).isEqualTo("100000");
            assertThat(reader.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
        }
        assertThat(SharedFiles.durable(AppIdentity.open("acme", "editor")).outstanding())
                .isZero();
    }

    @ParameterizedTest
    @Variants({"pipe:tokens", "loopback:tokens", "shm:tokens"})
    void aLaterProcessOfTheMakerSendsTheFileToo(String address) throws Exception {
        Path file = file(100_000);
        try (ForkedJvm maker = ForkedJvm.start(TokenProgram.class, "editor");
                ForkedJvm later = ForkedJvm.start(TokenProgram.class, "editor");
                ForkedJvm other = ForkedJvm.start(TokenProgram.class, "viewer")) {
            String token = maker.ask("add", file);
            String others = other.ask("add", file);
            maker.kill();
            later.ask("serve", address);
            assertThat(other.ask("redeem", others, address))
                    .as("it is no token of editor")
                    .isEqualTo("ACCESS_DENIED");
            assertThat(other.ask("redeem", token, address)).isEqualTo("100000");
            assertThat(other.ask("redeem", token, address)).isEqualTo("ACCESS_DENIED");
            assertThat(other.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
            assertThat(later.ask("redeem", others)).isEqualTo("100000");
        }
    }

    @ParameterizedTest
    @Variants({"loopback:tokens", "shm:tokens", "pipe:tokens"})
    void ofThreeProcessesThatRaceWithAndWithoutAConnectionOneGetsTheFile(String address) throws Exception {
        Path file = file(200_000);
        try (ForkedJvm maker = ForkedJvm.start(TokenProgram.class, "editor");
                ForkedJvm connected = ForkedJvm.start(TokenProgram.class, "viewer");
                ForkedJvm alone = ForkedJvm.start(TokenProgram.class, "viewer")) {
            maker.ask("serve", address);
            for (int i = 0; i < RACES; i++) {
                String token = maker.ask("add", file);
                CompletableFuture<String> first =
                        CompletableFuture.supplyAsync(() -> connected.ask("atOnce", token, address));
                CompletableFuture<String> second = CompletableFuture.supplyAsync(() -> alone.ask("atOnce", token));
                String third = maker.ask("redeem", token);
                assertThat(List.of(first.get(), second.get(), third))
                        .containsExactlyInAnyOrder("200000", "ACCESS_DENIED", "ACCESS_DENIED");
            }
        }
    }

    @Test
    void aTokenWhoseReaderIsKilledIsGoodForAnother() throws Exception {
        Path file = file(10_000_000);
        try (ForkedJvm maker = ForkedJvm.start(TokenProgram.class, "editor");
                ForkedJvm killed = ForkedJvm.start(TokenProgram.class, "viewer")) {
            String token = maker.ask("add", file);
            assertThat(killed.ask("begin", token)).isEqualTo("1000");
            assertThat(maker.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
            killed.kill();
            assertThat(maker.ask("redeem", token)).isEqualTo("10000000");
            assertThat(maker.ask("redeem", token)).isEqualTo("ACCESS_DENIED");
        }
    }

    @Test
    void aReaderThatIsKilledWhenItsTokenIsSpentLeavesTheWholeFileInItsDraft() throws Exception {
        Path file = file(100_000);
        Path into = Files.createDirectory(own.path().resolve("killed"));
        SharedFiles files = SharedFiles.durable(AppIdentity.open("acme", "editor"));
        try (IpcServer server = files.addTo(IpcServer.builder("pipe:tokens")).start();
                ForkedJvm killed = ForkedJvm.start(TokenProgram.class, "viewer")) {
            CountDownLatch spent = new CountDownLatch(1);
            String token = files.add(file, () -> {
                killed.kill();
                spent.countDown();
            });
            killed.tell("copy", token, server.endpoints().get(0), into.resolve("copy"));
            spent.await();
        }
        assertThat(files.outstanding()).isZero();
        try (Stream<Path> left = Files.list(into)) {
            assertThat(left).singleElement().satisfies(draft -> {
                assertThat(draft.getFileName().toString()).startsWith(".draft-");
                assertThat(draft).hasSameBinaryContentAs(file);
            });
        }
    }

    /** A killed process has the files that lie in its folder. */
    @Test
    @InFullRun("kills many processes")
    void noFileIsHadTwiceThoughReadersAreKilledAtAnyInstruction() throws Exception {
        SharedFiles files = SharedFiles.durable(AppIdentity.open("acme", "editor"));
        Path file = file(70_000);
        Path list = own.path().resolve("list");
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < TOKENS; i++) {
            tokens.add(files.add(file));
        }
        Files.write(list, tokens);
        Set<String> had = new HashSet<>();
        try (ForkedJvm lives = ForkedJvm.start(TokenProgram.class, "viewer")) {
            for (int i = 0; i < KILLS; i++) {
                Path into = Files.createDirectory(own.path().resolve("killed" + i));
                try (ForkedJvm killed = ForkedJvm.start(TokenProgram.class, "viewer")) {
                    killed.tell("copyAll", list, into);
                    killed.hear();
                    for (int seen = 0; seen < 5 && killed.isAlive() && files.outstanding() > 0; seen = count(into)) {
                        Thread.onSpinWait(); // it is killed in the middle of its fifth copy, or a later one
                    }
                    killed.kill();
                }
                addAll(had, into);
            }
            Path rest = Files.createDirectory(own.path().resolve("rest"));
            lives.ask("copyAll", list, rest);
            addAll(had, rest);
        }
        assertThat(files.outstanding()).as("none is blocked by a dead process").isZero();
        assertThat(had.size()).as("a kill loses one file at most").isBetween(TOKENS - KILLS, TOKENS);
    }

    private static int count(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return (int) entries.count();
        }
    }

    private static void addAll(Set<String> had, Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> !name.startsWith(".draft-"))
                    .forEach(name -> assertThat(had.add(name)).as(name).isTrue());
        }
    }
}
