package io.valise.ipc.services.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.CallContext;
import io.valise.ipc.IpcServer;
import io.valise.ipc.testkit.HangWatchdog;
import io.valise.ipc.testkit.process.ForkedJvm;
import io.valise.ipc.testkit.rule.Variants;
import io.valise.ipc.testlog.MayLog;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;

/** What an interface says of its calls holds between two processes, over every transport. */
@ExtendWith(HangWatchdog.class)
class RemoteContractAcceptanceTest {
    private static final String OUT_OF_STOCK = Stock.OutOfStock.class.getName() + ": pears: limit=2, actual=3";

    private final CompletableFuture<Void> counted = new CompletableFuture<>();

    private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();

    /** Has two of everything, but snails take until they are counted. */
    private final class TwoOfEach implements Stock {
        @Override
        public int take(String item, int count) throws OutOfStock, NoSuchFileException {
            if (item.equals("snails")) {
                counted.join();
            }
            if (item.isEmpty() || count < 0) {
                throw new IllegalArgumentException(item + count);
            } else if (item.equals("books")) {
                throw new NoSuchFileException("books.db");
            } else if (count > 2) {
                throw new OutOfStock(item + ": limit=2, actual=" + count);
            }
            return 2 - count;
        }

        @Override
        public String caller() {
            CallContext call = CallContext.current().orElseThrow();
            return call.caller().pid().orElseThrow() + call.metadata().getString("trace", "-");
        }

        @Override
        public Reservation reserve(String item) {
            return new Reservation() {
                @Override
                public String text() {
                    return "reserved " + item;
                }

                @Override
                public void close() {
                    closed.add(item);
                }
            };
        }

        @Override
        public CompletionStage<Integer> takeLater(String item, int count) {
            return CompletableFuture.failedStage(new OutOfStock(item + ": limit=2, actual=" + count));
        }
    }

    @AfterEach
    void endClients() {
        ForkedJvm.killAll();
    }

    @ParameterizedTest
    @Variants({"shm:stock", "pipe:stock", "loopback:stock"})
    @MayLog("service object:io.valise.ipc.services.objects.Stock failed")
    void declaredExceptionsArriveAsThemselves(String address) throws Exception {
        try (IpcServer server = serve(address);
                ForkedJvm client = ForkedJvm.start(StockClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("take", "pears", "2")).isEqualTo("left 0");
            assertThat(client.ask("take", "pears", "3"))
                    .isEqualTo("out of stock: pears: limit=2, actual=3 because of io.valise.ipc.IpcException: "
                            + "HANDLER_FAILED: " + OUT_OF_STOCK);
            assertThat(client.ask("later", "pears", "3")).isEqualTo(OUT_OF_STOCK);
            assertThat(client.ask("take", "books", "1"))
                    .isEqualTo("java.io.IOException: java.nio.file.NoSuchFileException: books.db");
            assertThat(client.ask("take", "pears", "-1"))
                    .isEqualTo("failed: io.valise.ipc.IpcException: HANDLER_FAILED: "
                            + "java.lang.IllegalArgumentException: pears-1");
        }
    }

    @ParameterizedTest
    @Variants({"pipe:stock", "loopback:stock", "shm:stock"})
    void aCallTakesNoLongerThanItsProxyAllows(String address) throws Exception {
        try (IpcServer server = serve(address);
                ForkedJvm client = ForkedJvm.start(StockClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("hurry", "snails")).startsWith("TIMEOUT: Stock.take: ");
            counted.complete(null);
            assertThat(client.ask("take", "snails", "1")).isEqualTo("left 1");
        }
    }

    @ParameterizedTest
    @Variants({"loopback:stock", "shm:stock", "pipe:stock"})
    void theObjectLearnsWhoCallsAndWhatTravelsBeside(String address) throws Exception {
        try (IpcServer server = serve(address);
                ForkedJvm client = ForkedJvm.start(StockClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("caller")).isEqualTo(client.pid() + "- " + client.pid() + "7");
        }
    }

    @ParameterizedTest
    @Variants({"shm:stock", "pipe:stock", "loopback:stock"})
    void closingClosesTheObject(String address) throws Exception {
        try (IpcServer server = serve(address);
                ForkedJvm client = ForkedJvm.start(StockClient.class, address)) {
            assertThat(server.endpoints()).hasSize(1);
            assertThat(client.ask("reserve", "pears")).isEqualTo("reserved pears");
            assertThat(closed.take()).isEqualTo("pears");
        }
    }

    private IpcServer serve(String address) {
        return RemoteObjects.export(Stock.class, new TwoOfEach())
                .addTo(IpcServer.builder(address))
                .start();
    }
}
