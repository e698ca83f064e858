package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.valise.ipc.Delivery;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.testlog.Logs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The system-wide place is used only while it is root's alone, and a service only while its folder is its account's alone.
 * What processes of other users can do is tried in {@code SystemServicesTest} of ipc-services.
 */
class SystemPlaceTest {
    private static final String ACCOUNT = "20001";

    @TempDir
    Path temp;

    private Path place = Path.of("");

    @BeforeEach
    void moveIn() throws IOException {
        assumeTrue(ProcessUser.uid() == 0, "only root can install a system-wide service");
        assumeTrue(SystemPlace.missing().isEmpty(), SystemPlace.missing().orElse(""));
        mode(temp, "rwxr-xr-x");
        place = temp.resolve("place");
        System.setProperty(SystemPlace.PROPERTY, place.toString());
    }

    @AfterEach
    void moveOut() {
        System.clearProperty(SystemPlace.PROPERTY);
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }

    private static void give(Path path, String user) throws IOException {
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setOwner(
                        FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(user));
    }

    private static SystemService install(String name) {
        return SystemInstallation.install(name, ACCOUNT, Optional.empty()).service();
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> fails(IpcStatus status, ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOfSatisfying(IpcException.class, e -> {
            assertThat(e.status()).as(e.getMessage()).isEqualTo(status);
            assertThat(e.delivery()).isEqualTo(Delivery.NOT_SENT);
        });
    }

    /** Both ends refuse it. */
    private static void isNotUsed(String... words) {
        SystemPlace place = SystemPlace.current();
        fails(IpcStatus.ACCESS_DENIED, () -> place.serving("quotes")).hasMessageContainingAll(words);
        fails(IpcStatus.ACCESS_DENIED, () -> place.meeting("quotes")).hasMessageContainingAll(words);
    }

    @Test
    void anInstalledServiceBelongsToItsAccount() throws IOException {
        SystemService everyones = install("quotes");
        SystemService ours =
                SystemInstallation.install("orders", "0", Optional.of("20009")).service();
        assertThat(Files.getPosixFilePermissions(place)).isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Files.getPosixFilePermissions(everyones.folder()))
                .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(Files.getPosixFilePermissions(ours.folder()))
                .isEqualTo(PosixFilePermissions.fromString("rwxr-x---"));
        assertThat(Files.getOwner(everyones.folder())).hasToString(ACCOUNT);
        assertThat(everyones.allowed()).isEqualTo("everyone");
        assertThat(ours.allowed()).isEqualTo("group 20009");
        assertThat(SystemPlace.current().serving("orders").isOwn()).isTrue();
        assertThat(SystemPlace.current().meeting("quotes").account()).isEqualTo(ACCOUNT);
        assertThat(SystemPlace.current().all()).extracting(SystemService::name).containsExactly("orders", "quotes");
        fails(IpcStatus.ACCESS_DENIED, () -> SystemPlace.current().serving("quotes"))
                .hasMessageContaining("only " + ACCOUNT + " may serve it");
    }

    @Test
    void nothingIsInstalledOtherwiseThanBefore() {
        assertThat(SystemInstallation.install("quotes", ACCOUNT, Optional.empty()))
                .extracting(SystemInstallation.Installed::madePlace, SystemInstallation.Installed::madeService)
                .containsExactly(true, true);
        assertThat(SystemInstallation.install("quotes", ACCOUNT, Optional.empty()))
                .extracting(SystemInstallation.Installed::madePlace, SystemInstallation.Installed::madeService)
                .containsExactly(false, false);
        for (String account : List.of(ACCOUNT, "20002")) {
            fails(IpcStatus.ADDRESS_IN_USE, () -> SystemInstallation.install("quotes", account, Optional.of("20009")))
                    .hasMessageContainingAll(
                            "installed already for " + ACCOUNT + ", and everyone may connect",
                            "ipc system remove --service quotes");
        }
        for (String root : List.of("0", "root", "0")) { // a user and a group, by number or name
            assertThat(SystemInstallation.install("orders", root, Optional.of(root))
                            .service()
                            .allowed())
                    .isEqualTo("group root");
        }
        fails(IpcStatus.ADDRESS_IN_USE, () -> SystemInstallation.install("orders", "0", Optional.empty()))
                .hasMessageContaining("installed already for root, and group root may connect");
        for (String absent : List.of("no-such-name", "-1", "-20001")) {
            fails(IpcStatus.ENDPOINT_NOT_FOUND, () -> SystemInstallation.install("a", absent, Optional.empty()))
                    .hasMessageContaining("account \"" + absent + "\": this system has none");
            fails(IpcStatus.ENDPOINT_NOT_FOUND, () -> SystemInstallation.install("a", ACCOUNT, Optional.of(absent)))
                    .hasMessageContaining("group \"" + absent + "\": this system has none");
        }
        assertThatThrownBy(() -> SystemInstallation.install("../a", ACCOUNT, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"../a\"");
        assertThat(place.resolve("a")).doesNotExist();
    }

    /** As an installation leaves it that was killed before it had set the owner, or the mode, and a removal. */
    @ParameterizedTest
    @ValueSource(strings = {"0", ACCOUNT})
    void aFolderThatWasLeftUnfinishedIsMadeAnew(String owner) throws IOException {
        Path folder = install("quotes").folder();
        Files.writeString(folder.resolve("left"), "by another account");
        mode(folder, "rwx------");
        give(folder, owner);

        SystemInstallation.Installed again = SystemInstallation.install("quotes", ACCOUNT, Optional.empty());

        assertThat(again.madeService()).isTrue();
        assertThat(again.service().allowed()).isEqualTo("everyone");
        assertThat(Files.getAttribute(folder, "unix:uid")).hasToString(ACCOUNT);
        assertThat(folder).isEmptyDirectory();
        assertThat(SystemInstallation.install("quotes", ACCOUNT, Optional.empty())
                        .madeService())
                .isFalse();
    }

    @Test
    void aPlaceThatOthersCanChangeIsNotUsed() throws IOException {
        install("quotes");
        for (String lax : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            mode(place, lax);
            isNotUsed(place.toString(), "is not root's alone", "owner=uid 0, mode=07");
            fails(IpcStatus.ACCESS_DENIED, () -> SystemPlace.current().all());
        }
        mode(place, "rwxr-xr-x");
        give(place, ACCOUNT);
        isNotUsed(place.toString(), "owner=uid " + ACCOUNT);
        give(place, "0");
        mode(temp, "rwxrwxrwx"); // above it, without the sticky bit
        isNotUsed(temp + " is not root's alone", "mode=0777");
        fails(IpcStatus.ACCESS_DENIED, () -> install("orders")).hasMessageContaining(temp + " is not root's alone");
        mode(temp, "rwxr-xr-x");
        assertThat(SystemPlace.current().meeting("quotes").account()).isEqualTo(ACCOUNT);
    }

    /** What it leads to is checked, as far up as the root of the file system. */
    @Test
    void aLinkToThePlaceIsFollowedOnce() throws IOException {
        install("quotes");
        Path link = Files.createSymbolicLink(temp.resolve("link"), place);
        give(link, ACCOUNT);
        System.setProperty(SystemPlace.PROPERTY, link.toString());
        assertThat(SystemPlace.current().meeting("quotes").folder())
                .isEqualTo(place.toRealPath().resolve("quotes"));
        Path others = Files.createDirectory(temp.resolve("others"));
        mode(others, "rwxrwxrwx");
        Files.createDirectory(others.resolve("place"));
        Files.delete(link);
        Files.createSymbolicLink(link, others.resolve("place"));
        isNotUsed(others + " is not root's alone");
    }

    @Test
    @Logs("passed over: ")
    void aFolderThatOthersCanChangeIsNotUsed() throws IOException {
        Path folder = install("quotes").folder();
        for (String lax : List.of("rwxrwxr-x", "rwxr-xrwx")) {
            mode(folder, lax);
            isNotUsed(folder + " is not used", "others than its account can write to it");
        }
        assertThat(SystemPlace.current().all()).isEmpty();
        Files.delete(folder);
        Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
        Files.createSymbolicLink(folder, elsewhere);
        isNotUsed(folder + " is not used, it is not a directory");
        Files.delete(folder);
        Files.createFile(folder);
        isNotUsed(folder + " is not used, it is not a directory");
    }

    @Test
    void whatIsNotInstalledIsSaid() {
        SystemPlace current = SystemPlace.current();
        assertThat(current.all()).isEmpty();
        fails(IpcStatus.ENDPOINT_NOT_FOUND, () -> current.meeting("quotes"))
                .hasMessageContainingAll(place.resolve("quotes").toString(), "ipc system install --service quotes");
        fails(IpcStatus.ACCESS_DENIED, () -> current.serving("quotes"))
                .hasMessageContainingAll("not installed", "ipc system install --service quotes --user ACCOUNT");
        fails(IpcStatus.ENDPOINT_NOT_FOUND, () -> SystemInstallation.remove("quotes"))
                .hasMessageContaining("not installed");
        System.setProperty(SystemPlace.PROPERTY, temp.resolve("no/parent").toString());
        fails(IpcStatus.ACCESS_DENIED, () -> install("quotes")).hasMessageContaining("its parent is not a directory");
    }

    @Test
    void aPathThatIsTooLongForASocketIsRefused() throws IOException {
        Path deep = temp.resolve("d".repeat(40));
        Files.createDirectory(deep);
        mode(deep, "rwxr-xr-x");
        System.setProperty(SystemPlace.PROPERTY, deep.resolve("place").toString());
        SystemInstallation.install("q".repeat(64), "0", Optional.empty());
        SystemService service = SystemPlace.current().serving("q".repeat(64));
        fails(IpcStatus.ACCESS_DENIED, () -> service.listen("pipe", channel -> {}))
                .hasMessageContainingAll("path of a socket: limit=103 bytes", "take a shorter name");
        fails(IpcStatus.ACCESS_DENIED, () -> service.connect("pipe", 1))
                .hasMessageContaining("path of a socket: limit=103 bytes");
    }

    @Test
    void aRemovedSocketIsBoundAgainAndAKilledOnesIsReplaced() throws Exception {
        SystemInstallation.install("quotes", "0", Optional.empty());
        SystemService service = SystemPlace.current().serving("quotes");
        Path socket = service.folder().resolve("pipe");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        Files.createFile(service.folder().resolve(".pipe"));
        Listening listening = service.listen("pipe", UnixSockets::close);
        assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
        assertThat(service.folder().resolve(".pipe")).doesNotExist();
        fails(IpcStatus.ADDRESS_IN_USE, () -> service.listen("pipe", UnixSockets::close));
        listening.close();
        assertThat(socket).doesNotExist();
        assertThat(service.isServed("pipe")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pipe", "shm"})
    void aServiceIsRemovedWithWhatItsServersLeft(String socket) throws IOException {
        SystemInstallation.install("quotes", "0", Optional.empty());
        SystemInstallation.install("orders", "0", Optional.empty());
        SystemService service = SystemPlace.current().serving("quotes");
        try (Listening listening = service.listen(socket, UnixSockets::close)) {
            fails(IpcStatus.ADDRESS_IN_USE, () -> SystemInstallation.remove("quotes"))
                    .hasMessageContainingAll(listening.path().getParent().toString(), "stop its server first");
        }
        Path left = Files.createDirectory(service.folder().resolve("reports"));
        fails(IpcStatus.ACCESS_DENIED, () -> SystemInstallation.remove("quotes"))
                .hasMessageContaining(left + " is a directory, which Valise has not made");
        service.listen(socket, UnixSockets::close).close();
        assertThat(SystemPlace.current().serving("quotes").allowed())
                .as("what is not removed stays as it was")
                .isEqualTo("everyone");
        Files.delete(left);
        assertThat(SystemInstallation.remove("quotes")).isFalse();
        assertThat(service.folder()).doesNotExist();
        assertThat(SystemInstallation.remove("orders")).isTrue();
        assertThat(place).doesNotExist();
    }

    @Test
    void aPassageIsTheAccountsAndOthersCanOnlyPass() throws IOException {
        SystemInstallation.install("quotes", "0", Optional.empty());
        SystemService service = SystemPlace.current().serving("quotes");
        Path passage = service.passage(temp);
        assertThat(passage).isEqualTo(temp.resolve("valise-system-0"));
        assertThat(Files.getPosixFilePermissions(passage)).isEqualTo(PosixFilePermissions.fromString("rwx--x--x"));
        Path file = Files.createFile(passage.resolve("segment"));
        service.checkOwns(file, temp);
        Path elsewhere = Files.createFile(temp.resolve("segment"));
        fails(IpcStatus.ACCESS_DENIED, () -> service.checkOwns(elsewhere, temp)).hasMessageContaining("not using it");
        Path link = Files.createSymbolicLink(passage.resolve("link"), file);
        fails(IpcStatus.ACCESS_DENIED, () -> service.checkOwns(link, temp)).hasMessageContaining("not using it");
        give(file, ACCOUNT);
        fails(IpcStatus.ACCESS_DENIED, () -> service.checkOwns(file, temp)).hasMessageContaining("uid " + ACCOUNT);
        give(passage, ACCOUNT);
        fails(IpcStatus.ACCESS_DENIED, () -> service.passage(temp)).hasMessageContaining("owner=uid " + ACCOUNT);
        give(passage, "0");
        mode(temp, "rwxrwxrwx");
        fails(IpcStatus.ACCESS_DENIED, () -> service.passage(temp))
                .hasMessageContaining("directory " + temp + " is not root's alone")
                .hasMessageEndingWith("(chown root, chmod go-w or +t)");
    }
}
