package io.valise.ipc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong usage: exit status 2, a line that says what was wrong, and never a stack trace. */
class UsageTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "wat",
                "--wat",
                "call",
                "call shm:x",
                "call nocolon echo",
                "call shm: echo",
                "call shm:../../etc echo",
                "call SHM:x echo",
                "call shm:x echo {} extra",
                "call shm:x echo --timeout soon",
                "call shm:x echo --timeout 0",
                "call shm:x echo --timeout -1s",
                "send shm:x",
                "serve",
                "serve shm:x nocolon",
                "ping",
                "ping shm:x -c 0",
                "ping shm:x -c many",
                "ping shm:x --strategy lazy",
                "list extra",
                "list --timeout 0",
                "top --interval 1ms",
                "top --once --count -1",
                "services price extra",
                "schema",
                "schema shm:x extra",
                "schema shm:x --json-schema --typescript",
                "services --timeout 0",
                "share",
                "share a --timeout 0",
                "redeem notoken",
                "redeem nocolon/abc",
                "settings",
                "settings wipe",
                "grant quotes.read reader --for 0",
                "grant quotes.read reader --for 6000000h",
                "grant quotes.read reader --for PT9999999999H",
                "share a --timeout 9999999h",
                "runtime",
                "runtime wash",
                "runtime clean extra",
                "doctor extra",
                "demo extra"
            })
    void isToldInALine(String line) {
        CommandRun run = CommandRun.of(line.isEmpty() ? new String[0] : line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("ipc: ").doesNotContain("\tat ").contains("--help");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "launch",
                "launch ../escape",
                "launch target --max-bytes 0",
                "launch crop:%zz",
                "launch :x",
                "launch target --file photo",
                "launch target --identity no=name",
                "launch no=name --helper spelling",
                "launch editor --helper spelling --query",
                "launch target --timeout 0"
            })
    void isToldInALineByTheCommandThatLaunches(String line) {
        isToldInALine(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identity",
                "identity make",
                "identity make a/b/c",
                "identity make quotes_8wekyb3d8bbwe",
                "identity show no=name",
                "loopback",
                "loopback wipe",
                "loopback allow",
                "loopback allow quotes",
                "loopback allow quotes --in",
                "loopback allow quotes --in no=name",
                "loopback exempt quotes",
                "loopback exempt quotes --in --for 0",
                "loopback remove quotes",
                "loopback remove quotes --all --in reader",
                "loopback explain reader",
                "loopback explain no=name quotes",
                "loopback watch -n 0",
                "call shm:x echo --identity no=name",
                "list --identity no=name",
                "services --identity",
                "top --once --identity a/b/c",
                "grant",
                "grant quotes.read",
                "grant revoke",
                "grant list extra",
                "grant list --publisher no=name",
                "grant quotes.read a/b/c",
                "grant quotes.read no=name"
            })
    void isToldInALineByTheCommandsOfIdentities(String line) {
        isToldInALine(line);
    }

    @ParameterizedTest
    @CsvSource({
        "settings watch -n -1, --count, limit=1 or more, -1",
        "settings watch -n 0, --count, limit=1 or more, 0",
        "settings watch -n 3000000000, --count, limit=1 or more, 3000000000",
        "top -n -1, --count, limit=0 or more, -1",
        "top -i 5ms, --interval, limit=PT0.1S or more, PT0.005S",
        "ping shm:x -c 0, --count, limit=1 or more, 0",
        "ping shm:x -c many, --count, limit=1 or more, many",
        "ping shm:x -w -5, --warm-up, limit=0 or more, -5",
        "ping shm:x -s 2000000000, --size, limit=0 to 1073741824, 2000000000",
        "ping shm:x -i PT-1S, --interval, limit=PT0S or more, PT-1S",
        "launch x --max-bytes 0, --max-bytes, limit=1 or more, 0"
    })
    void aNumberOutsideItsLimitsIsToldThem(String line, String option, String limit, String actual) {
        CommandRun run = CommandRun.of(line.split(" "));
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines().findFirst().orElseThrow())
                .startsWith("ipc: ")
                .contains(option)
                .endsWith(": " + limit + ", actual=" + actual);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aMessageWithoutEndIsRefusedBeforeItFillsTheHeap() {
        CommandRun run = CommandRun.of("send", "pipe:nowhere", "event", "@/dev/zero");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("the message from @/dev/zero: limit=33554432 bytes of JSON, actual=more");
    }

    @Test
    void aMalformedAddressIsExplained() {
        assertThat(CommandRun.of("call", "quotes", "echo").err())
                .contains("expected scheme:name such as shm:quotes, actual=\"quotes\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ':',
            value = {
                "access: list, allow or withdraw",
                "identity: make, show or find",
                "named: list",
                "publisher: list or clear",
                "loopback: list, allow, exempt, remove, explain or watch",
                "runtime: install, list, find, remove, pack or clean"
            })
    void aMissingSubcommandIsToldWhichThereAre(String command, String subcommands) {
        CommandRun run = CommandRun.of(command);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).first().isEqualTo("ipc: Missing required subcommand: " + subcommands);
    }

    @Test
    void aMistypedCommandIsSuggested() {
        assertThat(CommandRun.of("dcotor").err()).contains("doctor");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "serve",
                "call",
                "send",
                "list",
                "ping",
                "top",
                "services",
                "schema",
                "launch",
                "share",
                "redeem",
                "settings",
                "named",
                "identity",
                "loopback",
                "grant",
                "runtime",
                "doctor"
            })
    void everyCommandHasHelp(String command) {
        CommandRun help = CommandRun.of(command, "--help");
        assertThat(help.status()).isZero();
        assertThat(help.out()).startsWith("Usage: ipc " + command);
        assertThat(CommandRun.of("--help").out()).contains("\n  " + command + " ");
    }

    @Test
    void helpDoesNotSpeakOfWhatOnlyTheDemoUses() {
        assertThat(CommandRun.of("--help").out()).doesNotContain("demo-");
    }

    @Test
    void versionSaysWhichJavaToo() {
        CommandRun run = CommandRun.of("--version");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("ipc ").contains("Java " + Runtime.version());
    }
}
