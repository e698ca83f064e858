package io.valise.ipc;

import java.time.Duration;

/** The built-in strategies. */
enum SpinThenSleep implements WaitStrategy {
    SPINNING(Duration.ofSeconds(1), false),
    ADAPTIVE(Duration.ofNanos(20_000), true),
    BLOCKING(Duration.ZERO, false);

    private final Duration spin;
    private final boolean adapts;

    SpinThenSleep(Duration spin, boolean adapts) {
        this.spin = spin;
        this.adapts = adapts;
    }

    @Override
    public Duration spin() {
        return spin;
    }

    @Override
    public boolean adapts() {
        return adapts;
    }
}
