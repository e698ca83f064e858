package io.valise.ipc.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.ValueSet;
import io.valise.ipc.identity.AppIdentity;
import io.valise.ipc.identity.CapabilityGrant;
import io.valise.ipc.spi.runtime.SystemInstallation;
import io.valise.ipc.spi.runtime.SystemPlace;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.OtherUser;
import io.valise.ipc.testlog.MayLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What docs/security.md shows does what it says. */
@ExtendWith(HangWatchdog.class)
@MayLog({"refused: ", "system: goes without system-shm"}) // without native access
class SecurityExampleTest {
    static IpcServer serve(AppIdentity quotes) {
        return IpcServer.builder("any:guarded-quotes")
                .identity(quotes)
                .access(AccessPolicy.sameUser().and(AccessPolicy.requireCapability("quotes.read")))
                .service("price", request -> ValueSet.of("bid", 101.25))
                .start();
    }

    static void grant(AppIdentity quotes, String readerId, Path file) {
        Instant expires = Instant.now().plus(Duration.ofDays(30));
        CapabilityGrant.issue(quotes, "quotes.read", readerId, expires).write(file);
    }

    static IpcConnection connect(AppIdentity reader, Path file) {
        return IpcClient.builder("any:guarded-quotes")
                .identity(reader)
                .grant(CapabilityGrant.read(file))
                .connect();
    }

    @Test
    void theGrantedApplicationCallsAndAnotherDoesNot(@TempDir Path folder) {
        AppIdentity quotes = AppIdentity.open("acme", "quotes");
        AppIdentity reader = AppIdentity.open("acme", "reader");
        Path file = folder.resolve("reader.grant");
        grant(quotes, reader.id(), file);
        try (IpcServer server = serve(quotes);
                IpcConnection granted = connect(reader, file);
                IpcConnection other = connect(AppIdentity.open("acme", "writer"), file)) {
            assertThat(granted.request("price", ValueSet.empty()).getDouble("bid"))
                    .isEqualTo(101.25);
            assertThatThrownBy(() -> other.request("price", ValueSet.empty()))
                    .isInstanceOf(IpcException.class)
                    .hasMessageContaining("access denied");
            assertThat(server.connections()).hasSize(2);
        }
    }

    static IpcServer serveUsers(String... users) {
        return IpcServer.builder("system:quotes") // system-shm:quotes and system-pipe:quotes
                .access(AccessPolicy.users(users)) // asked per call; without it only quotes-svc itself may call
                .service(
                        "price",
                        request -> ValueSet.of(
                                "bid", 101.25, "for", request.caller().user().orElseThrow()))
                .start();
    }

    static String priceForMe() {
        try (IpcConnection quotes = IpcClient.connect("system:quotes")) {
            String account = quotes.peer().user().orElseThrow(); // told by the kernel, and compared: quotes-svc
            return account + " " + quotes.request("price", ValueSet.empty());
        }
    }

    /** Between processes of different users: {@code SystemServicesTest}. */
    @Test
    void aUserThatIsNamedIsServedAndOthersAreNot(@TempDir Path folder) throws IOException {
        OtherUser.assumePossible();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        System.setProperty(SystemPlace.PROPERTY, folder.resolve("place").toString());
        try {
            SystemInstallation.install("quotes", "root", Optional.empty());
            try (IpcServer server = serveUsers("root")) {
                assertThat(priceForMe()).startsWith("root ").contains("101.25", "root");
                assertThat(server.endpoints()).contains(Endpoint.parse("system-pipe:quotes"));
            }
            try (IpcServer server = serveUsers("ann", "bob")) {
                assertThat(server.endpoints()).isNotEmpty();
                assertThatThrownBy(SecurityExampleTest::priceForMe).hasMessageContaining("access denied");
            }
        } finally {
            System.clearProperty(SystemPlace.PROPERTY);
        }
    }
}
