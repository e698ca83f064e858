package io.valise.ipc.spring.shop;

import io.valise.ipc.ValueSet;
import io.valise.ipc.spring.IpcClient;
import io.valise.ipc.spring.IpcEvent;
import io.valise.ipc.spring.IpcHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

@IpcClient("quotes")
public interface QuotesClient {
    @IpcHandler
    Quote price(Ask ask);

    @IpcHandler
    CompletableFuture<Quote> priceLater(Ask ask);

    @IpcHandler
    Flow.Publisher<Quote> levels(Ask ask);

    @IpcEvent
    void seen(Ask ask);

    @IpcHandler("price")
    ValueSet anyPrice(ValueSet ask);

    default double bid(String symbol) {
        return price(new Ask(symbol)).bid();
    }
}
