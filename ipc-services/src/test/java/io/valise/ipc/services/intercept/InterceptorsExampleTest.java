package io.valise.ipc.services.intercept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.CallContext;
import io.valise.ipc.Interceptor;
import io.valise.ipc.IpcClient;
import io.valise.ipc.IpcConnection;
import io.valise.ipc.IpcException;
import io.valise.ipc.IpcServer;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.Reply;
import io.valise.ipc.Request;
import io.valise.ipc.ValueSet;
import io.valise.ipc.testkit.HangWatchdog;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The examples of docs/interceptors.md. */
@ExtendWith(HangWatchdog.class)
class InterceptorsExampleTest {
    private static final ValueSet MESSAGE = ValueSet.of("symbol", "KRW/USD");

    private final Map<String, Long> times = new ConcurrentHashMap<>();

    private static ValueSet price(Request request) {
        return ValueSet.of("symbol", request.message().getString("symbol"), "bid", 0.7);
    }

    @Test
    void oneIsForTimesAndOneRefuses() {
        Interceptor<CallContext> timing = (call, next) -> {
            long begun = System.nanoTime();
            return next.proceed(call)
                    .whenComplete((reply, failure) -> times.merge(call.name(), System.nanoTime() - begun, Long::sum));
        };
        Interceptor<CallContext> refusing = (call, next) -> {
            if (call.metadata().getString("tenant", "").isEmpty()) {
                throw new IpcException(IpcStatus.ACCESS_DENIED, "metadata: expected=tenant, actual=none");
            }
            return next.proceed(call);
        };
        try (IpcServer server = IpcServer.builder("any:intercepted-quotes")
                .interceptHandlers(timing) // the outermost
                .interceptHandlers(refusing)
                .service("price", request -> price(request))
                .start()) {
            assertThat(server.endpoints()).isNotEmpty();
            try (IpcConnection quotes = IpcClient.builder("any:intercepted-quotes")
                    .interceptCalls((call, next) -> next.proceed(call.withMetadata(ValueSet.of("tenant", "acme"))))
                    .connect()) {
                assertThat(quotes.request("price", MESSAGE).getDouble("bid")).isEqualTo(0.7);
            }
            try (IpcConnection quotes = IpcClient.connect("any:intercepted-quotes")) {
                assertThatThrownBy(() -> quotes.request("price", MESSAGE))
                        .hasMessage("ACCESS_DENIED: metadata: expected=tenant, actual=none");
            }
            assertThat(times).containsOnlyKeys("price");
        }
    }

    @Test
    void aReplyHasMetadata() {
        try (IpcServer server = IpcServer.builder("any:billed-quotes")
                        .service("price", request -> {
                            request.replyMetadata(ValueSet.of("cost", 3));
                            return price(request);
                        })
                        .start();
                IpcConnection quotes = IpcClient.connect("any:billed-quotes")) {
            assertThat(server.endpoints()).isNotEmpty();
            Reply reply = quotes.call("price").exchange(MESSAGE);
            int cost = reply.metadata().getInt("cost", 0);
            assertThat(cost).isEqualTo(3);
            assertThat(reply.message().getDouble("bid")).isEqualTo(0.7);
        }
    }

    @Test
    void aServerHandsDeadlinesOn() {
        try (IpcServer stock = IpcServer.builder("any:stock")
                        .service(
                                "left",
                                request ->
                                        ValueSet.of("left", request.remaining().orElseThrow()))
                        .start();
                IpcConnection toStock = IpcClient.builder("any:stock")
                        .interceptCalls(Interceptor.handingOnDeadlines())
                        .connect();
                IpcServer shop = IpcServer.builder("any:shop")
                        .interceptHandlers(Interceptor.bindingContext())
                        .service("order", request -> toStock.request("left", request.message()))
                        .start();
                IpcConnection client = IpcClient.connect("any:shop")) {
            assertThat(stock.endpoints()).isNotEmpty();
            assertThat(shop.endpoints()).isNotEmpty();
            ValueSet reply = client.request("order", MESSAGE, Duration.ofSeconds(20));
            assertThat(reply.getDuration("left")).isLessThanOrEqualTo(Duration.ofSeconds(20));
        }
    }
}
