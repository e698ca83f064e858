package io.valise.ipc.services.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.LoopbackAccessRules;
import io.valise.ipc.services.loopback.LoopbackManifest.Direction;
import io.valise.ipc.services.manifest.ManifestFolder;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import io.valise.ipc.testkit.process.CommandLoop;
import io.valise.ipc.testkit.process.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file {@code loopback/ID.json}. */
@ExtendWith(HangWatchdog.class)
class LoopbackManifestTest {
    private static final String READER = "reader_47z33qx1ajh62";

    @RegisterExtension
    final OwnHome home = new OwnHome();

    private AppIdentity quotes;

    @BeforeEach
    void open() {
        quotes = AppIdentity.open("acme", "quotes");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(
                ManifestFolder.of(LoopbackManifest.FOLDER).create().resolve(quotes.id() + ".json"), text);
    }

    @Test
    void whatIsChangedIsReadAndRemovedAgain() {
        Instant until = Instant.parse("2100-01-01T00:00:00Z");
        assertThat(LoopbackManifest.find(quotes.id())).isEmpty();
        assertThat(LoopbackManifest.applicationIds()).isEmpty();
        assertThat(home.configuration().resolve("loopback")).doesNotExist();
        LoopbackManifest changed = LoopbackManifest.update(
                quotes.id(),
                manifest -> manifest.with(
                                Direction.IN, side -> side.allowing(READER).exempting(until))
                        .with(Direction.OUT, side -> side.exempting(Instant.MAX)));
        assertThat(LoopbackManifest.find(quotes.id())).contains(changed);
        assertThat(LoopbackManifest.applicationIds()).containsExactly(quotes.id());
        assertThat(changed.privateNetworkClientServer()).isTrue();
        assertThat(changed.in().applications()).containsExactly(READER);
        assertThat(changed.in().exemptUntil()).contains(until);
        assertThat(changed.out().exemptUntil()).contains(Instant.MAX);
        LoopbackManifest less = LoopbackManifest.update(
                quotes.id(),
                manifest -> manifest.declaring(false)
                        .with(Direction.IN, side -> side.without(READER).withoutExemption())
                        .with(Direction.OUT, LoopbackManifest.Side::withoutExemption));
        assertThat(less).isEqualTo(LoopbackManifest.of(quotes.id()).declaring(false));
        assertThat(LoopbackManifest.find(quotes.id())).contains(less);
        assertThat(LoopbackManifest.remove(quotes.id())).isTrue();
        assertThat(LoopbackManifest.remove(quotes.id())).isFalse();
        assertThat(LoopbackManifest.find(quotes.id())).isEmpty();
    }

    /** Else the change would write again what was removed. */
    @Test
    void whatIsRemovedWhileAnotherChangesItIsGone() throws InterruptedException {
        LoopbackManifest.update(quotes.id(), manifest -> manifest);
        Thread remover = new Thread(() -> LoopbackManifest.remove(quotes.id()), "remover");
        LoopbackManifest.update(quotes.id(), manifest -> {
            remover.start();
            awaitWaiting(remover);
            return manifest.with(Direction.IN, side -> side.allowing(READER));
        });
        remover.join();
        assertThat(LoopbackManifest.find(quotes.id())).isEmpty();
    }

    /** Until it waits for the lock, or has ended without it; the watchdog ends what takes longer. */
    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void itsRulesAreThoseThatItSays() {
        LoopbackAccessRules rules = LoopbackManifest.of(quotes.id())
                .with(Direction.IN, side -> side.allowing(READER))
                .with(Direction.OUT, side -> side.exempting(Instant.MAX))
                .rules();
        assertThat(rules.inRefusal(Optional.of(READER))).isEmpty();
        assertThat(rules.inRefusal(Optional.empty())).isPresent();
        assertThat(rules.outRefusal(Optional.of(READER))).isPresent();
        assertThat(rules.outRefusal(Optional.empty())).isEmpty();
        assertThat(LoopbackManifest.of(quotes.id()).declaring(false).rules().inRefusal(Optional.of(READER)))
                .contains("server lacks the capability privateNetworkClientServer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|expected an object",
                "{}|\"application\" is missing",
                "{\"application\": \"reader_47z33qx1ajh62\"}|\"application\": expected the file's",
                "{\"application\": \"ID\", \"inn\": []}|unknown member [inn]",
                "{\"application\": \"ID\", \"in\": [\"reader\"]}|\"in\": expected ids of applications such as",
                "{\"application\": \"ID\", \"out\": \"x\"}|out",
                "{\"application\": \"ID\", \"capabilities\": [\"internetClient\"]}|\"capabilities\": expected",
                "{\"application\": \"ID\", \"exemptions\": {\"both\": \"always\"}}|unknown member [both]",
                "{\"application\": \"ID\", \"exemptions\": {\"in\": \"soon\"}}|expected \"always\" or a time such as"
            })
    void whatIsNoManifestIsToldWithFileAndMember(String text, String what) throws IOException {
        Path file = write(text.replace("ID", quotes.id()));
        for (Runnable use : List.<Runnable>of(
                () -> LoopbackManifest.find(quotes.id()),
                () -> LoopbackManifest.rules(quotes),
                () -> LoopbackManifest.update(quotes.id(), manifest -> manifest.declaring(true)))) {
            assertThatThrownBy(use::run)
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.PROTOCOL_ERROR))
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining(what);
        }
        assertThat(LoopbackManifest.remove(quotes.id())).isTrue();
        assertThat(LoopbackManifest.rules(quotes).inRefusal(Optional.of(READER)))
                .isPresent();
    }

    private static String json(List<String> ids) {
        return ids.stream().map(id -> '"' + id + '"').collect(Collectors.joining(",", "[", "]"));
    }

    @Test
    void aThousandRulesAtMostAndTheyFit() throws IOException {
        List<String> many = IntStream.range(0, LoopbackAccessRules.MAX_RULES)
                .mapToObj(i -> "a".repeat(60) + String.format("%04d", i) + "_47z33qx1ajh62")
                .toList();
        write("{\"application\": \"" + quotes.id() + "\", \"in\": " + json(many.subList(1, many.size())) + "}");
        LoopbackManifest full = LoopbackManifest.update(
                quotes.id(), manifest -> manifest.with(Direction.IN, side -> side.allowing(many.get(0))));
        assertThat(LoopbackManifest.find(quotes.id())).contains(full);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackManifest.update(
                        quotes.id(), manifest -> manifest.with(Direction.OUT, side -> side.allowing(READER))))
                .withMessageContaining("limit=1000, actual=1001");
        assertThat(LoopbackManifest.find(quotes.id())).contains(full);
        write("{\"application\": \"" + quotes.id() + "\", \"out\": [\"" + READER + "\"], \"in\": " + json(many) + "}");
        assertThatThrownBy(() -> LoopbackManifest.find(quotes.id()))
                .hasMessageContaining("limit=1000 rules, actual=1001");
    }

    @Test
    void aMalformedIdIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackManifest.update("../quotes", manifest -> manifest))
                .withMessageContaining("expected an id such as reader_8wekyb3d8bbwe, actual=\"../quotes\"");
        assertThat(LoopbackManifest.remove("../quotes")).isFalse();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackManifest.update(
                        quotes.id(), manifest -> manifest.with(Direction.IN, side -> side.allowing("reader"))))
                .withMessageContaining("expected an id such as reader_8wekyb3d8bbwe, actual=\"reader\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LoopbackManifest.update(quotes.id(), manifest -> LoopbackManifest.of(READER)))
                .withMessageContaining("expected that of " + quotes.id() + ", actual=" + READER);
        assertThat(LoopbackManifest.find(quotes.id())).isEmpty();
    }

    /** Changes a manifest again and again. */
    public static final class Editor implements CommandLoop.Commands {
        private Editor() {}

        /** Runs it. */
        public static void main(String[] arguments) {
            CommandLoop.run(new Editor());
        }

        @Override
        public @Nullable String run(String command, List<String> arguments) {
            Thread editing = new Thread(() -> edit(command), "edit");
            editing.setDaemon(true);
            editing.start();
            return null;
        }

        private static void edit(String id) {
            for (int i = 0; ; i++) {
                boolean even = i % 2 == 0;
                LoopbackManifest.update(
                        id,
                        manifest -> manifest.declaring(even)
                                .with(Direction.IN, side -> even ? side.allowing(READER) : side.without(READER)));
                if (i == 1) {
                    CommandLoop.say("edited");
                }
            }
        }
    }

    /** Every state that is ever seen is one that was written, and the next process can change it. */
    @Test
    void anEditorThatIsKilledLeavesAWholeManifest() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (ForkedJvm editor = ForkedJvm.start(Editor.class)) {
                editor.ask(quotes.id());
                assertThat(editor.hear()).isEqualTo("edited");
                for (int i = 0; i < 100; i++) {
                    LoopbackManifest seen = LoopbackManifest.find(quotes.id()).orElseThrow();
                    assertThat(seen.in().applications().isEmpty()).isEqualTo(!seen.privateNetworkClientServer());
                }
                editor.kill();
            }
            LoopbackManifest left = LoopbackManifest.find(quotes.id()).orElseThrow();
            assertThat(left.in().applications().isEmpty()).isEqualTo(!left.privateNetworkClientServer());
            assertThat(LoopbackManifest.update(quotes.id(), manifest -> LoopbackManifest.of(quotes.id())))
                    .isEqualTo(LoopbackManifest.of(quotes.id()));
        }
    }
}
