package io.valise.ipc.spring.shop;

import io.valise.ipc.Request;
import io.valise.ipc.spring.IpcEvent;
import io.valise.ipc.spring.IpcHandler;
import io.valise.ipc.spring.IpcService;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;

@IpcService
class Quotes {
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();

    @IpcHandler
    Quote price(Ask ask) {
        return new Quote(ask.symbol(), 101.25);
    }

    @IpcHandler
    CompletionStage<Quote> priceLater(Ask ask, Request request) {
        String tenant = request.metadata().getString("tenant", "none");
        return CompletableFuture.completedFuture(new Quote(ask.symbol() + " for " + tenant, 101.25));
    }

    @IpcHandler("levels")
    Flow.Publisher<Quote> levels(Ask ask) {
        return new TwoQuotes(ask.symbol());
    }

    @IpcEvent("seen")
    void seen(Ask ask) {
        seen.add(ask.symbol());
    }

    BlockingQueue<String> seen() {
        return seen;
    }
}
