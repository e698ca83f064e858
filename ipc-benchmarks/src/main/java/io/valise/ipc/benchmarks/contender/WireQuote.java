package io.valise.ipc.benchmarks.contender;

import net.openhft.chronicle.wire.SelfDescribingMarshallable;
import net.openhft.chronicle.wire.WireIn;
import net.openhft.chronicle.wire.WireOut;
import org.jspecify.annotations.Nullable;

/**
 * The quote in Chronicle Wire's fastest form: a reused object that writes and reads its own fields by name, in the same
 * order. Used by one thread.
 */
public final class WireQuote extends SelfDescribingMarshallable {
    private @Nullable String symbol;
    private @Nullable String venue;
    private double bid;
    private double ask;
    private int bidSize;
    private int askSize;
    private long sequence;
    private boolean live;

    /** The same quote as the others'. */
    static WireQuote sample() {
        WireQuote quote = new WireQuote();
        quote.symbol = "KRW/USD";
        quote.venue = "XKRX";
        quote.bid = 101.25;
        quote.ask = 101.5;
        quote.bidSize = 1_200;
        quote.askSize = 64_000;
        quote.sequence = 1_234_567_890_123L;
        quote.live = true;
        return quote;
    }

    double ask() {
        return ask;
    }

    /** Becomes the answer to a quote. */
    WireQuote answer(WireQuote quote) {
        symbol = quote.symbol;
        venue = quote.venue;
        bid = quote.bid;
        ask = quote.ask;
        bidSize = quote.bidSize;
        askSize = quote.askSize;
        sequence = quote.sequence + 1;
        live = quote.live;
        return this;
    }

    @Override
    public void writeMarshallable(WireOut wire) {
        wire.write("symbol").text(symbol);
        wire.write("venue").text(venue);
        wire.write("bid").float64(bid);
        wire.write("ask").float64(ask);
        wire.write("bidSize").int32(bidSize);
        wire.write("askSize").int32(askSize);
        wire.write("sequence").int64(sequence);
        wire.write("live").bool(live);
    }

    @Override
    public void readMarshallable(WireIn wire) {
        symbol = wire.read("symbol").text();
        venue = wire.read("venue").text();
        bid = wire.read("bid").float64();
        ask = wire.read("ask").float64();
        bidSize = wire.read("bidSize").int32();
        askSize = wire.read("askSize").int32();
        sequence = wire.read("sequence").int64();
        live = wire.read("live").bool();
    }
}
