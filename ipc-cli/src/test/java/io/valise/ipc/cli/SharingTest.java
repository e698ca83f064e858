package io.valise.ipc.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.services.files.DurableToken;
import io.valise.ipc.services.files.SharedFile;
import io.valise.ipc.services.files.SharedFiles;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.OwnHome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ipc share}, {@code redeem}, {@code grant} and {@code settings}. */
@ExtendWith(HangWatchdog.class)
@DisabledOnOs(OS.WINDOWS)
class SharingTest {
    @RegisterExtension
    final OwnHome own = new OwnHome();

    @Test
    void aFileIsRedeemedOnceByAnotherProcess() throws Exception {
        byte[] bytes = new byte[300_000];
        new Random(5).nextBytes(bytes);
        Path file = Files.write(own.path().resolve("report.pdf"), bytes);
        try (ForkedIpc share = ForkedIpc.start("share", file.toString())) {
            String token = share.nextLine();
            assertThat(token).matches("any:share-[0-9a-f]{8}/[A-Za-z0-9_-]{43}");

            Path copy = own.path().resolve("copy.pdf");
            Files.writeString(copy, "mine");
            CommandRun kept = CommandRun.of("redeem", token, "--out", copy.toString());
            assertThat(kept.status()).isEqualTo(1);
            assertThat(kept.err()).contains("already; the token is still good");
            Files.delete(copy);
            CommandRun redeemed = CommandRun.of("redeem", token, "--out", copy.toString(), "--progress");

            assertThat(redeemed.status()).as(redeemed.err()).isZero();
            assertThat(Files.readAllBytes(copy)).isEqualTo(bytes);
            assertThat(redeemed.err()).contains("[##############################] 100 %  293.0 KiB of 293.0 KiB");
            CommandRun shared = share.end();
            assertThat(shared.status()).isZero();
            assertThat(shared.err()).contains("redeemed");
            assertThat(CommandRun.of("redeem", token).err()).startsWith("ipc: ENDPOINT_NOT_FOUND");
        }
    }

    @Test
    void aShareEndsWithItsOwnTransferAndNotWithThatOfAnother() throws Exception {
        Path file = Files.write(own.path().resolve("report"), new byte[8 << 20]);
        try (ForkedIpc share = ForkedIpc.start("share", file.toString(), "--over", "pipe")) {
            String token = share.nextLine();
            String endpoint = token.substring(0, token.indexOf('/'));
            CommandRun bystander;
            try (IpcConnection killed = IpcClient.connect(endpoint);
                    SharedFile begun = SharedFiles.redeem(killed, token.substring(token.indexOf('/') + 1))) {
                assertThat(begun.read(ByteBuffer.allocate(1))).isOne();
                bystander = CommandRun.of("list");
                assertThat(CommandRun.of("ping", endpoint, "--count", "1").status())
                        .isZero();
                ByteBuffer more = ByteBuffer.allocate(4 << 20); // more than waits here: the transfer goes on
                while (more.hasRemaining()) {
                    begun.read(more);
                }
            }
            assertThat(bystander.out()).contains(endpoint);
            assertThat(CommandRun.of("ping", endpoint, "--count", "1").status()).isZero();
            assertThat(share.process().isAlive()).isTrue();
            Path copy = own.path().resolve("copy");
            CommandRun redeemed = CommandRun.of("redeem", token, "-o", copy.toString());
            while (redeemed.err().contains("ACCESS_DENIED")) { // until the sharer has noticed
                redeemed = CommandRun.of("redeem", token, "-o", copy.toString());
            }
            assertThat(redeemed.status()).as(redeemed.err()).isZero();
            assertThat(share.end().err()).isEqualToIgnoringNewLines("redeemed");
            assertThat(copy).hasSameBinaryContentAs(file);
        }
    }

    @Test
    void aShareWhoseFileIsGoneIsNotRedeemed() throws Exception {
        Path file = Files.writeString(own.path().resolve("report"), "what it says");
        try (ForkedIpc share = ForkedIpc.start("share", file.toString(), "--over", "pipe", "--timeout", "3s")) {
            String token = share.nextLine();
            Files.delete(file);
            CommandRun redeemed = CommandRun.of("redeem", token);
            assertThat(redeemed.status()).isEqualTo(1);
            assertThat(redeemed.err()).contains("it cannot be read any more");
            CommandRun end = share.end();
            assertThat(end.status()).isEqualTo(1);
            assertThat(end.err()).contains("the token was not redeemed: limit=PT3S");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redeem", "redeem -"})
    void tokenOnStandardInputIsNotShownToOtherProcesses(String command) throws Exception {
        Path file = Files.writeString(own.path().resolve("report"), "what it says");
        Path copy = own.path().resolve("copy");
        try (ForkedIpc share = ForkedIpc.start("share", file.toString())) {
            PipedOutputStream typed = new PipedOutputStream(); // which is never closed
            InputStream before = System.in;
            System.setIn(new PipedInputStream(typed));
            try {
                typed.write((share.nextLine() + "\r\n").getBytes(US_ASCII));
                CommandRun run = CommandRun.of((command + " -o " + copy).split(" "));
                assertThat(run.status()).as(run.err()).isZero();
            } finally {
                System.setIn(before);
            }
            assertThat(share.end().status()).isZero();
        }
        assertThat(copy).hasContent("what it says");
    }

    @Test
    void standardInputThatIsNoTokenIsRefused() {
        InputStream before = System.in;
        try {
            System.setIn(InputStream.nullInputStream());
            assertThat(CommandRun.of("redeem").status()).isEqualTo(2);
            System.setIn(new ByteArrayInputStream(new byte[5000]));
            assertThat(CommandRun.of("redeem").err()).contains("limit=1024 bytes, actual=more");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void whatCannotBeSharedOrRedeemedSaysWhy() throws IOException {
        assertThat(CommandRun.of("share", own.path().resolve("nothing").toString())
                        .err())
                .contains("cannot share ")
                .contains("is the name right?");
        assertThat(CommandRun.of("share", own.path().toString()).err()).contains("expected a regular file");
        Path file = Files.writeString(own.path().resolve("a"), "a");
        CommandRun unredeemed = CommandRun.of("share", file.toString(), "--over", "pipe", "--timeout", "50ms");
        assertThat(unredeemed.status()).isEqualTo(1);
        assertThat(unredeemed.out()).startsWith("pipe:share-");
        assertThat(unredeemed.err()).contains("the token was not redeemed: limit=PT0.05S");
    }

    @Test
    void aDurableTokenNeedsNoProcessAndIsListedAndRevoked() throws IOException {
        Path file = Files.writeString(own.path().toRealPath().resolve("report"), "what it says");
        String token = shareDurably(file);
        assertThat(token).matches("[A-Za-z0-9_-]{43}");
        Path first = own.path().resolve("first");
        assertThat(CommandRun.of("redeem", token, "-o", first.toString()).status())
                .isZero();
        assertThat(first).hasContent("what it says");
        assertThat(CommandRun.of("redeem", token).err())
                .startsWith("ipc: ACCESS_DENIED: token: unknown, redeemed, being redeemed, revoked or expired");

        String copied = shareDurably(file, "--root", own.path().toString());
        Path copy = own.path().resolve("copy");
        assertThat(CommandRun.of("redeem", copied, "-o", copy.toString()).status())
                .isZero();
        assertThat(copy).hasContent("what it says");

        String third = shareDurably(file);
        AppIdentity.open("acme", "editor");
        String second = shareDurably(
                file, "--identity", "acme/editor", "--root", own.path().toString());
        String listed = CommandRun.of("share", "list").out();
        assertThat(listed)
                .contains(DurableToken.idOf(third), DurableToken.idOf(second), file.toString(), "editor_")
                .doesNotContain(third, second);
        assertThat(CommandRun.of("share", "list", "--json").out())
                .contains("\"roots\":[\"" + own.path().toRealPath() + "\"]");
        CommandRun revoked = CommandRun.of("share", "revoke", third, DurableToken.idOf(second));
        assertThat(revoked.status()).as(revoked.err()).isZero();
        assertThat(revoked.out().lines()).hasSize(2).allMatch(line -> line.startsWith("revoked "));
        assertThat(CommandRun.of("redeem", third).err()).startsWith("ipc: ACCESS_DENIED");
        assertThat(CommandRun.of("share", "revoke", third).err())
                .contains("by the name " + DurableToken.idOf(third) + "; `ipc share list` shows those that are")
                .doesNotContain(third);
        assertThat(CommandRun.of("share", "list").out().lines()).hasSize(1);
    }

    @Test
    void revokedTokensAreReadFromStandardInputToo() throws IOException {
        Path file = Files.writeString(own.path().resolve("report"), "what it says");
        String first = shareDurably(file);
        String second = shareDurably(file);
        String third = shareDurably(file);
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((first + "\r\n" + third + "\n").getBytes(US_ASCII)));
            CommandRun one = CommandRun.of("share", "revoke");
            assertThat(one.out()).startsWith("revoked " + DurableToken.idOf(first));
            CommandRun two = CommandRun.of("share", "revoke", DurableToken.idOf(second), "-");
            assertThat(two.out().lines()).hasSize(2);
            CommandRun none = CommandRun.of("share", "revoke");
            assertThat(none.status()).isEqualTo(1);
            assertThat(none.err()).contains("no durable token is outstanding by the name \"\"");
            System.setIn(new ByteArrayInputStream(new byte[5000]));
            assertThat(CommandRun.of("share", "revoke").err()).contains("limit=1024 bytes, actual=more");
        } finally {
            System.setIn(before);
        }
        assertThat(DurableToken.all()).isEmpty();
    }

    @Test
    void tokensThatCannotBeListedAreTold() throws IOException {
        Path file = Files.writeString(own.path().resolve("report"), "what it says");
        shareDurably(file);
        String editor = AppIdentity.open("acme", "editor").id();
        shareDurably(file, "--identity", "acme/editor");
        Path tokens = own.configuration().resolve("tokens").resolve(editor);
        Files.setPosixFilePermissions(tokens, PosixFilePermissions.fromString("rwxr-xr-x"));
        CommandRun list = CommandRun.of("share", "list");
        assertThat(list.status()).isEqualTo(1);
        assertThat(list.err())
                .startsWith("ipc: ACCESS_DENIED: file tokens of " + editor + " are passed over: ")
                .contains("expected=0700");
        assertThat(list.out().lines()).hasSize(2);
    }

    @Test
    void namesOfFilesDoNotSteerTheTerminal() throws IOException {
        Path file = Files.writeString(own.path().resolve("\u001b[2Jreport"), "what it says");
        String token = shareDurably(file);
        assertThat(CommandRun.of("share", "list").out())
                .contains("\\u001b[2Jreport")
                .doesNotContain("\u001b");
        CommandRun revoked = CommandRun.of("share", "revoke", token);
        assertThat(revoked.out()).contains("\\u001b[2Jreport").doesNotContain("\u001b");
        CommandRun absent = CommandRun.of("share", file + "\u001b[2J");
        assertThat(absent.err()).contains("cannot share ", "\\u001b[2J").doesNotContain("\u001b");
        CommandRun denied = CommandRun.of("redeem", token);
        assertThat(denied.err()).contains("ask for another").doesNotContain("The server admits");
    }

    private static String shareDurably(Path file, String... more) {
        List<String> line = new ArrayList<>(List.of("share", "--durable", file.toString()));
        line.addAll(List.of(more));
        CommandRun run = CommandRun.of(line.toArray(String[]::new));
        assertThat(run.status()).as(run.err()).isZero();
        return run.out().strip();
    }

    @Test
    void whatIsWrongWithADurableTokenIsTold() throws IOException {
        Path file = Files.writeString(own.path().resolve("report"), "what it says");
        assertThat(CommandRun.of("share").status()).isEqualTo(2);
        assertThat(CommandRun.of("share", file.toString(), "--root", "/").err()).contains("are for --durable");
        assertThat(CommandRun.of("share", "--durable", file.toString(), "--root", file.toString())
                        .err())
                .contains("expected a directory");
        Path other = Files.createDirectory(own.path().resolve("other"));
        assertThat(CommandRun.of("share", "--durable", file.toString(), "--root", other.toString())
                        .err())
                .contains("ACCESS_DENIED")
                .contains("not below an allowed root");
        assertThat(CommandRun.of("share", "--durable", other.toString()).err()).contains("expected a regular file");
        assertThat(CommandRun.of("redeem", "x".repeat(42)).err()).contains("43 characters");
    }

    @Test
    void aGrantIsSignedForOneApplication() {
        Path file = own.path().resolve("reader.grant");
        CommandRun run = CommandRun.of("grant", "quotes.read", "reader", "--for", "1h", "--out", file.toString());
        assertThat(run.status()).as(run.err()).isZero();

        CapabilityGrant grant = CapabilityGrant.read(file);
        AppIdentity owner = AppIdentity.open("quotes");
        String reader = AppIdentity.open("reader").id();
        assertThat(grant.capability()).isEqualTo("quotes.read");
        assertThat(grant.refusal(owner.publicKey(), reader, java.time.Instant.now()))
                .isEmpty();
        assertThat(grant.refusal(owner.publicKey(), owner.id(), java.time.Instant.now()))
                .isPresent();
        CommandRun printed = CommandRun.of("grant", "quotes.read", reader, "--development");
        assertThat(CapabilityGrant.parse(printed.out()).developmentOnly()).isTrue();
        assertThat(CommandRun.of("grant", "quotes read", "reader").status()).isEqualTo(2);
    }

    @Test
    void readingSettingsCreatesNothing() throws IOException {
        String mine = System.getProperty("valise.config");
        Path empty = Files.createTempDirectory("valise-unread").resolve("config");
        System.setProperty("valise.config", empty.toString());
        try {
            CommandRun absent = CommandRun.of("settings", "get", "colour");
            assertThat(absent.status()).isEqualTo(1);
            assertThat(absent.err()).contains("no setting \"colour\"");
            assertThat(CommandRun.of("settings", "get").status()).isEqualTo(2);
            assertThat(CommandRun.of("settings", "list", "--json").out()).isEqualToIgnoringNewLines("{}");
            assertThat(CommandRun.of("settings", "delete", "colour", "--publisher", "acme")
                            .status())
                    .isZero();
            assertThat(CommandRun.of("settings", "revert", "colour", "-a", "editor")
                            .status())
                    .isZero();
            assertThat(CommandRun.of("settings", "watch").err())
                    .contains("publisher \"default\" has no settings to watch yet");
            for (List<String> bad : List.of(
                    List.of("colour", "{"),
                    List.of("colour", "null"),
                    List.of("colour"),
                    List.of("n".repeat(256), "1"),
                    List.of("colour", '"' + "v".repeat(9_000) + '"'),
                    List.of("colour", "1", "-a", "no such name!"))) {
                List<String> line = new ArrayList<>(List.of("settings", "put"));
                line.addAll(bad);
                assertThat(CommandRun.of(line.toArray(String[]::new)).status())
                        .as(bad.toString())
                        .isEqualTo(2);
            }
            assertThat(empty).doesNotExist();
            assertThat(CommandRun.of("settings", "put", "colour", "\"red\"").status())
                    .isZero();
            assertThat(empty.resolve("keys/default.key")).exists();
        } finally {
            System.setProperty("valise.config", mine);
        }
    }

    @Test
    void settingsAreKeptReadListedAndReverted() {
        assertThat(CommandRun.of("settings", "put", "colour", "\"red\"").status())
                .isZero();
        assertThat(CommandRun.of("settings", "put", "size", "{\"$type\": \"long\", \"value\": 5}")
                        .status())
                .isZero();
        assertThat(CommandRun.of("settings", "get", "colour").out()).isEqualToIgnoringNewLines("\"red\"");
        assertThat(CommandRun.of("settings", "put", "colour", "\"blue\"", "-a", "editor")
                        .status())
                .isZero();
        assertThat(CommandRun.of("settings", "list", "-a", "editor").out().lines())
                .containsExactly("NAME    VALUE", "colour  \"blue\"", "size    5");
        assertThat(CommandRun.of("settings", "revert", "colour", "-a", "editor").status())
                .isZero();
        assertThat(CommandRun.of("settings", "list", "-a", "editor", "--json").out())
                .isEqualToIgnoringNewLines("{\"colour\":\"red\",\"size\":5}");
        assertThat(CommandRun.of("settings", "delete", "size").status()).isZero();
        CommandRun absent = CommandRun.of("settings", "get", "size");
        assertThat(absent.status()).isEqualTo(1);
        assertThat(absent.err()).contains("no setting \"size\"");
        assertThat(CommandRun.of("settings", "put", "size").status()).isEqualTo(2);
        assertThat(CommandRun.of("settings", "put", "size", "{").err()).contains("JSON: line 1");
        assertThat(CommandRun.of("settings", "put", "size", "null").status()).isEqualTo(2);
        assertThat(CommandRun.of("settings", "get").status()).isEqualTo(2);
    }

    @Test
    void settingsAreKeptInSubKeys() {
        assertThat(settings("put", "size", "12", "--key", "view/fonts").status())
                .isZero();
        assertThat(settings("createKey", "--key", "view/empty").status()).isZero();
        assertThat(settings("get", "size", "-k", "view/fonts").out()).isEqualToIgnoringNewLines("12");
        assertThat(settings("keys").out().lines()).contains("view");
        assertThat(settings("keys", "--key", "view", "--json").out())
                .isEqualToIgnoringNewLines("{\"keys\":[\"empty\",\"fonts\"]}");
        CommandRun refused = settings("deleteKey", "--key", "view");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err())
                .startsWith("ipc: key \"view\": limit=0 sub-keys, actual=2, the first is \"empty\"; delete them first");
        assertThat(settings("deleteKey", "--key", "view/empty").status()).isZero();
        assertThat(settings("deleteKey", "--key", "view", "--tree", "-a", "editor")
                        .status())
                .isZero();
        assertThat(settings("keys", "-a", "editor").out()).isEmpty();
        assertThat(settings("revertKey", "--key", "view", "-a", "editor").status())
                .isZero();
        assertThat(settings("keys", "-a", "editor").out()).isEqualToIgnoringNewLines("view");
        assertThat(settings("deleteKey", "--key", "view", "--tree").status()).isZero();
        assertThat(settings("keys").out()).isEmpty();
        assertThat(settings("createKey", "--key", "a\u001b[2J\nb\u009b").status())
                .isZero();
        assertThat(settings("keys").out()).isEqualToIgnoringNewLines("a\\u001b[2J\\u000ab\\u009b");
        assertThat(settings("deleteKey", "--key", "a\u001b[2J\nb\u009b").status())
                .isZero();
        assertThat(settings("deleteKey").err()).contains("Missing required option: '--key=PATH' to deleteKey");
        assertThat(settings("keys", "--key", "a//b").err()).contains("limit=1 to 255 chars, actual=0");
        assertThat(settings("list", "--tree").err()).contains("--tree is for deleteKey");
        assertThat(settings("list", "--machine", "x", "-a", "editor").err())
                .contains("expected one of --machine and --application, actual=both");
        assertThat(settings("list", "--machine", "../x").status()).isEqualTo(2);
    }

    private static CommandRun settings(String... arguments) {
        List<String> line = new ArrayList<>(List.of("settings"));
        line.addAll(List.of(arguments));
        return CommandRun.of(line.toArray(String[]::new));
    }

    @Test
    void settingsAreWatchedInAnotherProcess() throws Exception {
        try (ForkedIpc watcher = ForkedIpc.start("settings", "watch", "-n", "2")) {
            CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> line(watcher));
            for (int i = 0; !first.isDone(); i++) { // it tells of what changes once it watches
                CommandRun.of("settings", "put", "count", Integer.toString(i));
            }
            assertThat(first.get()).startsWith("{\"name\":\"count\",\"value\":");
            CommandRun.of("settings", "delete", "count");
            CommandRun end = watcher.end();
            assertThat(end.status()).isZero();
        }
    }

    private static String line(ForkedIpc process) {
        try {
            return process.nextLine();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
