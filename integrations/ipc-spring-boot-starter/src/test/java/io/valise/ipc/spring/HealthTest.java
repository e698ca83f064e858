package io.valise.ipc.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.ConnectionState;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.spring.shop.QuotesClient;
import io.valise.ipc.spring.shop.ShopApplication;
import io.valise.ipc.spring.stock.ClientApplication;
import io.valise.ipc.testlog.MayLog;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What Actuator says of servers and clients, in whole applications of Spring Boot. A client may close while its server does. */
@MayLog("clients did not take all replies: limit=PT29S")
class HealthTest {
    private static final ApplicationContextRunner SHOP = new ApplicationContextRunner()
            .withUserConfiguration(ShopApplication.class)
            .withPropertyValues("valise.endpoint-override=local:health");

    private static final ApplicationContextRunner CLIENT = new ApplicationContextRunner()
            .withUserConfiguration(ClientApplication.class)
            .withPropertyValues("valise.clients.quotes.endpoint=local:health");

    @Test
    void aServerIsUpAndItsClientNotDialled() {
        SHOP.withPropertyValues("valise.clients.other.request-timeout=1s").run(shop -> {
            assertThat(ActuatorHealth.of(shop))
                    .isEqualTo(new ActuatorHealth(
                            "UP",
                            Map.of("ipcServer", Map.of("state", "STARTED", "endpoints", List.of("local:health"))),
                            Map.of("quotes", Map.of("state", "UNUSED"), "other", Map.of("state", "UNUSED"))));
            assertThat(shop.getBean(IpcServerLifecycle.class).server().connections())
                    .isEmpty();
        });
    }

    @Test
    void aServerThatIsStoppedIsDown() {
        SHOP.withBean(
                        "second",
                        IpcServerLifecycle.class,
                        () -> new IpcServerLifecycle(() -> IpcServer.builder("local:second"), Duration.ZERO))
                .run(shop -> {
                    shop.getBean("second", IpcServerLifecycle.class).stop();
                    ActuatorHealth health = ActuatorHealth.of(shop);
                    assertThat(health.status()).isEqualTo("DOWN");
                    assertThat(health.servers().get("second")).isEqualTo(Map.of("state", "STOPPED"));
                    assertThat(health.servers().get("ipcServer")).asString().contains("STARTED");
                });
    }

    @Test
    void aServerThatTheApplicationClosedIsDownUntilItStartsAgain() {
        for (Consumer<IpcServer> close : List.<Consumer<IpcServer>>of(IpcServer::close, IpcServer::closeIfUnused)) {
            SHOP.run(shop -> {
                IpcServerLifecycle lifecycle = shop.getBean(IpcServerLifecycle.class);
                close.accept(lifecycle.server());
                ActuatorHealth health = ActuatorHealth.of(shop);
                assertThat(health.status()).isEqualTo("DOWN");
                assertThat(health.servers()).isEqualTo(Map.of("ipcServer", Map.of("state", "STOPPED")));
                assertThat(lifecycle.isRunning()).isFalse();
                lifecycle.start();
                assertThat(ActuatorHealth.of(shop).status()).isEqualTo("UP");
            });
        }
    }

    private static void assertClient(ActuatorHealth health, String status, Map<String, String> details) {
        assertThat(health).isEqualTo(new ActuatorHealth(status, Map.of(), Map.of("quotes", details)));
    }

    @Test
    void aClientIsDownWhileItsServerIsAway() {
        CLIENT.run(client -> {
            BlockingQueue<ConnectionState> states = new LinkedBlockingQueue<>();
            SHOP.run(shop -> {
                client.getBean(QuotesClient.class).bid("KRW");
                assertClient(ActuatorHealth.of(client), "UP", Map.of("state", "CONNECTED", "endpoint", "local:health"));
                client.getBean(IpcConnections.class).get("quotes").onState(states::add);
                assertThat(states.take()).isEqualTo(ConnectionState.CONNECTED);
            });
            assertThat(states.take()).isEqualTo(ConnectionState.RECONNECTING);
            assertClient(
                    ActuatorHealth.of(client), "DOWN", Map.of("state", "RECONNECTING", "endpoint", "local:health"));
            SHOP.run(shop -> {
                assertThat(states.take()).isEqualTo(ConnectionState.CONNECTED);
                assertThat(ActuatorHealth.of(client).status()).isEqualTo("UP");
            });
        });
    }

    /** Else it would be down until the next call, though its server is there. */
    @Test
    void aClientWhoseHealthWasAskedForComesBackByItself() {
        CLIENT.run(client -> {
            SHOP.run(shop -> {
                client.getBean(QuotesClient.class).bid("KRW");
                ActuatorHealth.of(client);
            });
            CountDownLatch connected = new CountDownLatch(1);
            SHOP.withBean(
                            IpcServerCustomizer.class,
                            () -> server -> server.onConnect(connection -> connected.countDown()))
                    .run(shop -> connected.await());
        });
    }

    @Test
    void aClientThatFoundNoServerIsDownUntilACallFindsIt() {
        CLIENT.run(client -> {
            QuotesClient quotes = client.getBean(QuotesClient.class);
            assertThatThrownBy(() -> quotes.bid("KRW")).isInstanceOf(IpcException.class);
            ActuatorHealth failed = ActuatorHealth.of(client);
            assertThat(failed.status()).isEqualTo("DOWN");
            assertThat(failed.clients().get("quotes")).asString().contains("state=FAILED", "ENDPOINT_NOT_FOUND");
            SHOP.run(shop -> {
                quotes.bid("KRW");
                assertThat(ActuatorHealth.of(client).status()).isEqualTo("UP");
            });
        });
    }

    /** An interrupt ends the waiting for a server that is being started, as it ends the customizer here, at a fixed time. */
    @Test
    void aCallerThatWasInterruptedLeavesItsClientUp() {
        IpcClientCustomizer interrupted = (name, client) -> {
            if (Thread.currentThread().isInterrupted()) {
                throw new IpcException(IpcStatus.CANCELLED, "interrupted");
            }
        };
        CLIENT.withBean(IpcClientCustomizer.class, () -> interrupted).run(client -> {
            QuotesClient quotes = client.getBean(QuotesClient.class);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> quotes.bid("KRW"))
                    .isInstanceOfSatisfying(
                            IpcException.class, e -> assertThat(e.status()).isEqualTo(IpcStatus.CANCELLED));
            assertThat(Thread.interrupted()).isTrue();
            assertClient(ActuatorHealth.of(client), "UP", Map.of("state", "UNUSED"));
        });
    }

    @Test
    void aConnectionThatEndedForGoodIsDownUnlessTheApplicationClosedIt() {
        CLIENT.withPropertyValues("valise.clients.quotes.reconnect=false").run(client -> {
            IpcConnections connections = client.getBean(IpcConnections.class);
            Map<String, String> closed = Map.of("state", "CLOSED", "endpoint", "local:health");
            SHOP.run(shop -> {
                IpcConnection closedHere = connections.get("quotes");
                closedHere.close();
                closedHere.closed().toCompletableFuture().join();
                assertClient(ActuatorHealth.of(client), "UP", closed);
                IpcConnection closedByServer = connections.get("quotes");
                assertThat(ActuatorHealth.of(client).status()).isEqualTo("UP");
                shop.close();
                closedByServer.closed().toCompletableFuture().join();
            });
            assertClient(ActuatorHealth.of(client), "DOWN", closed);
        });
    }

    @Test
    void itIsSwitchedOffAsThatOfOthers() {
        SHOP.withPropertyValues("management.health.ipc.enabled=false")
                .run(shop -> assertThat(ActuatorHealth.asked(shop)).isNull());
        SHOP.withPropertyValues("management.health.defaults.enabled=false")
                .run(shop -> assertThat(ActuatorHealth.asked(shop)).isNull());
    }
}
