package io.valise.ipc.loopback.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.Endpoint;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.loopback.LoopbackTransport;
import io.valise.ipc.loopback.endpoint.EndpointFile;
import io.valise.ipc.spi.Link;
import io.valise.ipc.testkit.process.FreePort;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FixedPortTest {
    private final String name = Serving.freshName();

    @Test
    void aServerListensWhereItWasToldAndIsFoundByItsNameAlsoRightAfterAnotherClosedThere() {
        int port = FreePort.find();
        for (int start = 0; start < 3; start++) {
            try (IpcServer server = IpcServer.builder("loopback:" + name)
                            .transport(new LoopbackTransport(port))
                            .service("echo", Request::message)
                            .start();
                    IpcConnection client = IpcClient.connect("loopback:" + name)) {
                assertThat(EndpointFile.files().readable(name).orElseThrow().port())
                        .isEqualTo(port);
                ValueSet sent = ValueSet.of("to", server.endpoints().toString());
                assertThat(client.request("echo", sent)).isEqualTo(sent);
            }
        }
    }

    @Test
    void aPortThatIsTakenIsSaidToBe() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, Loopback.V4.address())) {
            LoopbackTransport transport = new LoopbackTransport(other.getLocalPort());
            assertThatThrownBy(() -> transport.listen(new Endpoint("loopback", name), Link::close))
                    .hasMessageContaining("port " + other.getLocalPort())
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.ADDRESS_IN_USE));
            assertThat(EndpointFile.files().readable(name)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 65536})
    void aPortIsANumberOfSixteenBits(int port) {
        assertThatThrownBy(() -> new LoopbackTransport(port))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("port: limit=0..65535, actual=" + port);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, true", "127.9.8.7, true", "::1, true", "::ffff:127.0.0.1, true", "10.0.0.1, false",
        "192.168.1.7, false", "169.254.1.1, false", "fe80::1, false", "::, false", "0.0.0.0, false"
    })
    void onlyTheLoopbackInterfaceIsHere(String address, boolean here) throws Exception {
        assertThat(Loopback.isFromHere(InetAddress.getAllByName(address)[0])).isEqualTo(here);
    }
}
