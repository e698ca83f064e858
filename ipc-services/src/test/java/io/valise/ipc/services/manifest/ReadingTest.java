package io.valise.ipc.services.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.IssuedGrants;
import io.valise.ipc.services.catalog.ServiceCatalog;
import io.valise.ipc.services.files.PublisherFolder;
import io.valise.ipc.services.hosting.AppServiceHost;
import io.valise.ipc.services.hosting.ServiceManifest;
import io.valise.ipc.services.launch.HelperLauncher;
import io.valise.ipc.services.launch.LaunchResult;
import io.valise.ipc.services.launch.ResultLauncher;
import io.valise.ipc.services.launch.TargetSupport;
import io.valise.ipc.services.loopback.LoopbackManifest;
import io.valise.ipc.services.process.Program;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.TestHome;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What only reads the configuration creates nothing there, and works where nothing can be created. */
@ExtendWith(HangWatchdog.class)
class ReadingTest {
    private final AppIdentity identity = AppIdentity.open("acme", "editor");

    @AfterEach
    void restore() {
        TestHome.restoreConfiguration();
    }

    @Test
    void nothingIsCreatedWhereThereIsNoConfiguration(@TempDir Path temp) throws IOException {
        Path absent = temp.resolve("config");
        readAllOf(absent);
        assertThat(absent).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void worksWhereNoUserCanCreateADirectory() throws IOException {
        readAllOf(Path.of("/proc/valise"));
    }

    /** What {@code user.home} is for a user id without an entry in the user database. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aUserWithoutAHomeHasNoConfiguration() throws IOException {
        String home = System.getProperty("user.home");
        System.clearProperty(TestHome.CONFIGURATION_PROPERTY);
        System.setProperty("user.home", "?");
        try {
            assertThat(ServiceManifest.find("quotes")).isEmpty();
            assertThat(ManifestFolder.of("services").names()).isEmpty();
            assertThat(Program.find(List.of("sh")).describe().environment()).doesNotContainValue("?/.config/valise");
        } finally {
            System.setProperty("user.home", home);
        }
    }

    private void readAllOf(Path configuration) throws IOException {
        System.setProperty(TestHome.CONFIGURATION_PROPERTY, configuration.toString());
        try (AppServiceHost host = AppServiceHost.start(
                        "readers", server -> server.service("price", request -> ValueSet.of("bid", 101.25)));
                IpcConnection client = IpcClient.connect("pipe:readers")) {
            assertThat(client.request("price", ValueSet.empty()).getDouble("bid"))
                    .isEqualTo(101.25);
            assertThat(host.endpoints()).hasSize(4);
            assertThat(ServiceCatalog.ofThisUser()
                            .waiting(Duration.ofSeconds(20))
                            .find("price"))
                    .extracting(found -> found.endpoint().scheme())
                    .containsExactly("shm", "pipe", "loopback");
        }
        assertStatus(
                IpcStatus.ENDPOINT_NOT_FOUND,
                () -> IpcClient.builder("any:undeclared").startIfAbsent(true).connect());
        assertThat(HelperLauncher.of(identity).groups()).isEmpty();
        assertThat(HelperLauncher.of(identity).launch("x").status()).isEqualTo(LaunchResult.Status.ACCESS_DENIED);
        assertThat(ResultLauncher.launchForResult("colour", ValueSet.empty())).isCompletedExceptionally();
        assertThat(ResultLauncher.standard().query(URI.create("colour:red")).status())
                .isEqualTo(TargetSupport.Status.NOT_INSTALLED);
        assertStatus(IpcStatus.ACCESS_DENIED, () -> PublisherFolder.open(identity, "fonts"));
        assertThat(LoopbackManifest.rules(identity).inRefusal(Optional.of("reader_0000000000000")))
                .isPresent();
        assertThat(LoopbackManifest.applicationIds()).isEmpty();
        assertThat(IssuedGrants.of(identity).list()).isEmpty();
        assertThat(IssuedGrants.of(identity).revoked()).isEmpty();
        assertThat(Program.find(List.of("sh")).describe().environment())
                .containsEntry("VALISE_CONFIG", configuration.toString());
    }

    private static void assertStatus(IpcStatus status, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        IpcException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
}
