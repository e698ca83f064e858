package io.valise.ipc.services.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.process.OtherUser;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server of one account serves processes of other users, each of them without rights. Run by root, who installs; elsewhere
 * these tests are skipped, with that reason.
 */
@ExtendWith(HangWatchdog.class)
class SystemServicesTest {
    /** Of this JVM alone: a user's directory of segments has one name on the machine. */
    private static final int ACCOUNT =
            100_000 + 4 * Math.toIntExact(ProcessHandle.current().pid());

    private static final int ANN = ACCOUNT + 1;
    private static final int BOB = ACCOUNT + 2;
    private static final int TRADERS = ACCOUNT + 3;
    private static final Path MEMORY = Path.of("/dev/shm/valise-system-" + ACCOUNT);

    @TempDir
    Path temp;

    private Path place = Path.of("");
    private final List<ForkedJvm> users = new ArrayList<>();

    @BeforeEach
    void moveIn() throws IOException {
        OtherUser.assumePossible();
        assumeTrue(SystemPlace.missing().isEmpty(), SystemPlace.missing().orElse(""));
        assertThat(TestHome.path()).isDirectory();
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwxr-xr-x"));
        place = temp.resolve("place");
        System.setProperty(SystemPlace.PROPERTY, place.toString());
    }

    @AfterEach
    void moveOut() throws IOException {
        users.forEach(ForkedJvm::close);
        System.clearProperty(SystemPlace.PROPERTY);
        TestHome.deleteAll(MEMORY);
    }

    private void installForEveryone() {
        SystemInstallation.install("quotes", "" + ACCOUNT, Optional.empty());
    }

    /** No runtime directory: nothing of it is needed. */
    private List<String> options(String... more) {
        List<String> options = new ArrayList<>(List.of(
                "-D" + SystemPlace.PROPERTY + "=" + place,
                "-D" + TestHome.PROPERTY + "=/nonexistent/valise",
                "-D" + TestHome.CONFIGURATION_PROPERTY + "=/nonexistent/config"));
        options.addAll(List.of(more));
        return options;
    }

    private ForkedJvm user(int user, String... options) {
        List<String> all = options(options);
        if (Runtime.version().feature() >= 24 && !all.contains("--illegal-native-access=deny")) {
            all.add("--enable-native-access=ALL-UNNAMED");
        }
        ForkedJvm jvm = OtherUser.start(user, all, UserPeer.class, "" + ACCOUNT);
        users.add(jvm);
        return jvm;
    }

    private ForkedJvm member(int user) {
        ForkedJvm jvm = OtherUser.startInGroup(user, TRADERS, options(), UserPeer.class, "" + ACCOUNT);
        users.add(jvm);
        return jvm;
    }

    private ForkedJvm serving(String address, Object... allowed) {
        ForkedJvm server = user(ACCOUNT);
        List<Object> words = new ArrayList<>(List.of("serve", address));
        words.addAll(List.of(allowed));
        assertThat(server.ask(words.toArray())).startsWith("[");
        return server;
    }

    // ---- who may call

    @ParameterizedTest
    @ValueSource(strings = {"system-pipe", "system-shm"})
    void aUserThatThePolicyNamesIsServedAndAnotherIsNot(String scheme) throws IOException {
        installForEveryone();
        String address = scheme + ":quotes";
        ForkedJvm server = serving(address, ANN);
        ForkedJvm ann = user(ANN);
        ForkedJvm bob = user(BOB);
        assertThat(ann.ask("connect", address)).isEqualTo(address + " " + ACCOUNT + " KERNEL false");
        assertThat(ann.ask("call", "who")).isEqualTo(ANN + " KERNEL false");
        assertThat(bob.ask("connect", address)).isEqualTo(address + " " + ACCOUNT + " KERNEL false");
        assertThat(bob.ask("call", "who")).isEqualTo("ACCESS_DENIED access denied");
        assertThat(bob.ask("call", "valise.info")).isEqualTo("ACCESS_DENIED access denied");
        server.ask("tell");
        assertThat(ann.hear()).isEqualTo("tick");
        assertThat(ann.hear()).isEqualTo("direct");
        assertThat(bob.hear()).as("no broadcast").isEqualTo("direct");
        assertThat(server.printed()).contains("because=its user is none of [" + ANN + "]", "user=" + BOB);
        if (scheme.equals("system-shm")) {
            assertThat(MEMORY).as("segments that both ends have mapped").isEmptyDirectory();
            assertThat(bob.ask("entries", MEMORY)).as("cannot be listed").isEqualTo("true");
        }
    }

    @Test
    void withoutAPolicyOnlyTheAccountItselfIsServed() {
        installForEveryone();
        serving("system:quotes", "own");
        ForkedJvm own = user(ACCOUNT);
        assertThat(own.ask("connect", "system:quotes")).isEqualTo("system-shm:quotes " + ACCOUNT + " KERNEL true");
        assertThat(own.ask("call", "who")).isEqualTo(ACCOUNT + " KERNEL true");
        ForkedJvm ann = user(ANN);
        assertThat(ann.ask("connect", "system:quotes")).startsWith("system-shm:quotes ");
        assertThat(ann.ask("call", "who")).isEqualTo("ACCESS_DENIED access denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"system-pipe", "system-shm"})
    void onlyMembersOfTheGroupConnect(String scheme) {
        SystemInstallation.install("quotes", "" + ACCOUNT, Optional.of("" + TRADERS));
        String address = scheme + ":quotes";
        serving(address, "anyone");
        ForkedJvm ann = member(ANN);
        assertThat(ann.ask("connect", address)).isEqualTo(address + " " + ACCOUNT + " KERNEL false");
        assertThat(ann.ask("call", "who")).isEqualTo(ANN + " KERNEL false");
        ForkedJvm bob = user(BOB);
        assertThat(bob.ask("connect", address))
                .startsWith("ACCESS_DENIED ")
                .contains(
                        "only group " + TRADERS + " may connect",
                        place.resolve("quotes").toString(),
                        "uid " + BOB);
        assertThat(ann.ask("list")).isEqualTo("[" + address + "]");
        assertThat(bob.ask("list")).isEqualTo("[]");
    }

    // ---- where it is looked for

    @Test
    void onlyASystemWideAddressLeadsThere() {
        installForEveryone();
        ForkedJvm server = user(ACCOUNT);
        assertThat(server.ask("serve", "system:quotes", "anyone")).isEqualTo("[system-shm:quotes, system-pipe:quotes]");
        ForkedJvm ann = user(ANN, "-D" + TestHome.PROPERTY + "=" + temp.resolve("ann"));
        for (String address : List.of("any:quotes", "pipe:quotes", "shm:quotes", "loopback:quotes")) {
            assertThat(ann.ask("connect", address)).as(address).doesNotContain("KERNEL");
        }
        assertThat(ann.ask("own")).isEqualTo("[]");
        assertThat(ann.ask("list")).isEqualTo("[system-shm:quotes, system-pipe:quotes]");
        assertThat(ann.ask("connect", "system:quotes")).startsWith("system-shm:quotes ");
        assertThat(ann.ask("connect", "system-loopback:quotes"))
                .startsWith("UNSUPPORTED ")
                .contains("over TCP the kernel does not tell", "use system-pipe:");
    }

    @Test
    void whatIsMissingIsSaid() {
        ForkedJvm ann = user(ANN);
        String install = "ipc system install --service quotes";
        assertThat(ann.ask("connect", "system:quotes"))
                .startsWith("ENDPOINT_NOT_FOUND ")
                .contains(install);
        assertThat(ann.ask("serve", "system-pipe:quotes", "anyone"))
                .startsWith("ACCESS_DENIED ")
                .contains(install + " --user ACCOUNT");
        assertThat(ann.ask("list")).isEqualTo("[]");
        assertThat(ann.ask("install", "quotes", ANN)).startsWith("ACCESS_DENIED only root can install");
        assertThat(Files.exists(place)).isFalse();
        installForEveryone();
        assertThat(ann.ask("connect", "system:quotes"))
                .startsWith("ENDPOINT_NOT_FOUND ")
                .contains("no server listens at " + place.resolve("quotes/pipe") + ": start it first");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void withoutNativeAccessSharedMemoryIsUnsupportedAndThePipeServes() {
        installForEveryone();
        ForkedJvm server = user(ACCOUNT, "--illegal-native-access=deny");
        assertThat(server.ask("serve", "system-shm:quotes", "anyone"))
                .startsWith("UNSUPPORTED system-shm: needs native access")
                .contains("--enable-native-access=ALL-UNNAMED", "use system-pipe:");
        assertThat(server.ask("serve", "system:quotes", "anyone")).isEqualTo("[system-pipe:quotes]");
        assertThat(server.printed()).contains("system: goes without system-shm");
    }

    // ---- names and places that others try to take

    @Test
    void anotherUserCannotTakeTheName() {
        installForEveryone();
        Path folder = place.resolve("quotes");
        ForkedJvm bob = user(BOB);
        for (String scheme : List.of("system-pipe", "system-shm")) {
            assertThat(bob.ask("serve", scheme + ":quotes", "anyone"))
                    .startsWith("ACCESS_DENIED ")
                    .contains("only " + ACCOUNT + " may serve it", folder.toString(), "uid " + BOB);
        }
        assertThat(bob.ask("bind", folder.resolve("pipe"))).startsWith("denied ");
        assertThat(bob.ask("bind", folder.resolve(".pipe"))).startsWith("denied ");
        assertThat(bob.ask("mkdir", place.resolve("other"))).startsWith("denied ");
        serving("system-pipe:quotes", "anyone");
        assertThat(bob.ask("bind", folder.resolve("pipe"))).startsWith("denied ");
        assertThat(bob.ask("open", folder.resolve(".lock"))).startsWith("denied ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "shm"})
    void aServerThatIsNotTheAccountsIsFoundOut(String socket) throws IOException {
        installForEveryone();
        Path trap = place.resolve("quotes").resolve(socket);
        try (ServerSocketChannel ofRoot = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            ofRoot.bind(UnixDomainSocketAddress.of(trap));
            Files.setPosixFilePermissions(trap, PosixFilePermissions.fromString("rw-rw-rw-"));
            assertThat(user(ANN).ask("connect", "system-" + socket + ":quotes"))
                    .startsWith("AUTHENTICATION_FAILED ")
                    .contains("runs as root, expected=" + ACCOUNT);
        }
    }

    /** The name is known, and any user may make it. */
    @Test
    void aDirectoryForSegmentsThatAnotherUserHasTakenIsNotUsedAndThePipeServes() throws IOException {
        installForEveryone();
        ForkedJvm bob = user(BOB);
        assertThat(bob.ask("mkdir", MEMORY)).isEqualTo(MEMORY.toString());
        ForkedJvm server = user(ACCOUNT);
        assertThat(server.ask("serve", "system-shm:quotes", "anyone"))
                .startsWith("ACCESS_DENIED directory " + MEMORY)
                .contains("owner=uid " + BOB, "an administrator removes it");
        assertThat(server.ask("serve", "system:quotes", "anyone")).isEqualTo("[system-pipe:quotes]");
        assertThat(user(ANN).ask("connect", "system:quotes")).startsWith("system-pipe:quotes ");
    }

    // ---- processes that end, and one user that wants all

    @ParameterizedTest
    @ValueSource(strings = {"system-pipe", "system-shm"})
    void killedProcessesAreNoticedAndLeaveTheNameFree(String scheme) throws IOException {
        installForEveryone();
        String address = scheme + ":quotes";
        ForkedJvm server = serving(address, ANN);
        ForkedJvm ann = user(ANN);
        assertThat(ann.ask("connect", address)).startsWith(address);
        ann.ask("begin");
        assertThat(server.hear()).isEqualTo("called");
        server.kill();
        assertThat(ann.ask("outcome")).isEqualTo("PEER_DIED");

        ForkedJvm next = serving(address, ANN);
        assertThat(ann.ask("connect", address)).startsWith(address);
        assertThat(ann.ask("call", "who")).startsWith(ANN + " KERNEL");
        ann.kill();
        assertThat(next.hear()).isEqualTo("lost PEER_DIED");
        if (scheme.equals("system-shm")) {
            assertThat(MEMORY).isEmptyDirectory();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"system-pipe", "system-shm"})
    void oneUserCannotTakeTheConnectionsOfAll(String scheme) {
        installForEveryone();
        String address = scheme + ":quotes";
        ForkedJvm server = user(ACCOUNT, "-Dvalise.connectionsPerUser=2");
        assertThat(server.ask("serve", address, "anyone")).startsWith("[");
        ForkedJvm bob = user(BOB);
        assertThat(bob.ask("connect", address)).startsWith(address);
        assertThat(bob.ask("connect", address)).startsWith(address);
        assertThat(bob.ask("connect", address))
                .startsWith("RESOURCE_EXHAUSTED ")
                .contains("connections of one user: limit=2 (valise.connectionsPerUser at the server), actual=3");
        ForkedJvm ann = user(ANN);
        assertThat(ann.ask("connect", address)).startsWith(address);
        assertThat(ann.ask("call", "who")).startsWith(ANN + " KERNEL");
        bob.ask("leave");
        assertThat(server.hear()).isEqualTo("lost CONNECTION_CLOSED");
        assertThat(bob.ask("connect", address)).startsWith(address);
    }

    // ---- an administrator

    @Test
    void aServiceIsRemovedOnlyWhenItIsNotServed() {
        installForEveryone();
        ForkedJvm server = serving("system:quotes", "anyone");
        assertThatThrownBy(() -> SystemInstallation.remove("quotes"))
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE))
                .hasMessageContainingAll("served at " + place.resolve("quotes"), "stop its server first");
        assertThat(user(ANN).ask("connect", "system-pipe:quotes")).startsWith("system-pipe:quotes ");
        server.kill();
        assertThat(SystemInstallation.remove("quotes")).isTrue();
        assertThat(place).doesNotExist();
        assertThatThrownBy(() -> IpcClient.connect("system:quotes")).hasMessageContaining("not installed");
    }
}
