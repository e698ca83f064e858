package io.valise.ipc.spi.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Private directories and files where there are access lists instead of modes, over a file system in memory. It keeps
 * owners and lists as they are given; unlike Windows it does not enforce them.
 */
class AccessListTest {
    private static final String ME = System.getProperty("user.name");
    private static final String OTHER = "another-user";

    /** What is created belongs to a group, as it does when an elevated administrator of Windows creates it. */
    private final FileSystem windows = Jimfs.newFileSystem(Configuration.windows().toBuilder()
            .setAttributeViews("basic", "owner", "acl")
            .setDefaultAttributeValue("owner:owner", "Administrators")
            .build());

    private final Path home = windows.getPath("C:\\Users\\me\\AppData\\Local\\valise");

    @AfterEach
    void close() throws IOException {
        windows.close();
    }

    private UserPrincipal user(String name) throws IOException {
        return windows.getUserPrincipalLookupService().lookupPrincipalByName(name);
    }

    private static AclFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, AclFileAttributeView.class);
    }

    private AclEntry entry(String who, AclEntryType type, AclEntryPermission... permissions) throws IOException {
        return AclEntry.newBuilder()
                .setType(type)
                .setPrincipal(user(who))
                .setPermissions(permissions)
                .build();
    }

    private void add(Path path, AclEntry entry) throws IOException {
        List<AclEntry> list = new ArrayList<>(view(path).getAcl());
        list.add(entry);
        view(path).setAcl(list);
    }

    private static void denied(ThrowingCallable call, Path path, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ACCESS_DENIED))
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(words);
    }

    @Test
    void directoryIsThisUsersAloneAndHandsThatDown() throws IOException {
        Path directory = PrivateDirectory.secure(home);

        assertThat(Files.getOwner(directory).getName()).isEqualTo(ME);
        assertThat(view(directory).getAcl()).singleElement().satisfies(only -> {
            assertThat(only.type()).isEqualTo(AclEntryType.ALLOW);
            assertThat(only.principal()).isEqualTo(user(ME));
            assertThat(only.permissions()).isEqualTo(EnumSet.allOf(AclEntryPermission.class));
            assertThat(only.flags())
                    .containsExactlyInAnyOrder(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT);
        });
        assertThat(PrivateDirectory.secure(directory)).isEqualTo(directory);
    }

    @Test
    void fileIsThisUsersAlone() throws IOException {
        Path file = PrivateDirectory.secure(home).resolve("key");
        PrivateFile.write(file, "secret");

        assertThat(Files.getOwner(file).getName()).isEqualTo(ME);
        assertThat(view(file).getAcl())
                .singleElement()
                .satisfies(only -> assertThat(only.principal()).isEqualTo(user(ME)));
        assertThat(PrivateFile.read(file, 100)).contains("secret");
        PrivateFile.write(file, "another");
        assertThat(PrivateFile.read(file, 100)).contains("another");
        assertThat(PrivateFile.read(home.resolve("absent"), 100)).isEmpty();
    }

    @Test
    void anothersDirectoryIsNotUsed() throws IOException {
        PrivateDirectory.secure(home);
        Files.setOwner(home, user(OTHER));
        denied(() -> PrivateDirectory.secure(home), home, "owner=" + OTHER, "expected=" + ME, "VALISE_HOME");
    }

    @ParameterizedTest
    @EnumSource(AclEntryPermission.class)
    void directoryThatOthersMayUseInAnyWayIsNotUsed(AclEntryPermission any) throws IOException {
        PrivateDirectory.secure(home);
        add(home, entry("Everyone", AclEntryType.ALLOW, any));
        denied(() -> PrivateDirectory.secure(home), home, "access=" + ME + " and Everyone", "icacls", "/inheritance:r");
    }

    @Test
    void directoryWithoutAListIsEverybodysAndNotUsed() throws IOException {
        PrivateDirectory.secure(home);
        view(home).setAcl(List.of());
        denied(() -> PrivateDirectory.secure(home), home, "access=no user, or every user");
    }

    @Test
    void denialsOfOthersDoNoHarm() throws IOException {
        PrivateDirectory.secure(home);
        add(home, entry("Guests", AclEntryType.DENY, AclEntryPermission.READ_DATA));
        assertThat(PrivateDirectory.secure(home)).isEqualTo(home);
    }

    @Test
    void directoryMadeBySomethingElseIsNotUsedAsItIs() throws IOException {
        Files.createDirectories(home);
        denied(() -> PrivateDirectory.secure(home), home, "owner=Administrators");
        Files.setOwner(home, user(ME));
        denied(() -> PrivateDirectory.secure(home), home, "access=");
    }

    @Test
    void linkOrFileInItsPlaceIsNotUsed() throws IOException {
        Path good = PrivateDirectory.secure(home.resolveSibling("good"));
        Files.createSymbolicLink(home, good);
        denied(() -> PrivateDirectory.secure(home), home, "symbolic link");
        Files.delete(home);
        Files.createFile(home);
        denied(() -> PrivateDirectory.secure(home), home, "not a directory");
    }

    @Test
    void fileThatOthersMayReadOrThatIsAnothersIsNotRead() throws IOException {
        Path file = PrivateDirectory.secure(home).resolve("key");
        PrivateFile.write(file, "secret");
        List<AclEntry> good = view(file).getAcl();

        add(file, entry(OTHER, AclEntryType.ALLOW, AclEntryPermission.READ_DATA));
        denied(() -> PrivateFile.read(file, 100), file, "others may know", "access=" + ME + " and " + OTHER);
        view(file).setAcl(List.of());
        denied(() -> PrivateFile.read(file, 100), file, "access=no user, or every user");
        view(file).setAcl(good);
        assertThat(PrivateFile.read(file, 100)).contains("secret");
        Files.setOwner(file, user(OTHER));
        denied(() -> PrivateFile.read(file, 100), file, "owner=" + OTHER, "expected=" + ME);
    }

    @Test
    void fileSystemWithNeitherIsNotUsed() throws IOException {
        try (FileSystem fat = Jimfs.newFileSystem(Configuration.windows())) {
            Path directory = Files.createDirectory(fat.getPath("C:\\valise"));
            assertThatThrownBy(() -> PrivateDirectory.secure(directory))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("neither modes nor access lists");
        }
    }

    @Test
    void onlyTheUserIsLookedUpByName() throws IOException {
        assertThat(OwnerOnly.self(home)).isEqualTo(user(ME));
        assertThat(OwnerOnly.file(home)[0].name()).isEqualTo("acl:acl");
    }
}
