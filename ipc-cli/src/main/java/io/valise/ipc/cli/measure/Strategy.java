package io.valise.ipc.cli.measure;

import io.valise.ipc.WaitStrategy;
import java.util.Locale;

/** The wait strategies by the words that the command line has for them. Immutable. */
public enum Strategy {
    /** See {@link WaitStrategy#spinning()}. */
    SPINNING,
    /** See {@link WaitStrategy#adaptive()}. */
    ADAPTIVE,
    /** See {@link WaitStrategy#blocking()}. */
    BLOCKING;

    /** The strategy itself. */
    public WaitStrategy toWaitStrategy() {
        return switch (this) {
            case SPINNING -> WaitStrategy.spinning();
            case ADAPTIVE -> WaitStrategy.adaptive();
            case BLOCKING -> WaitStrategy.blocking();
        };
    }

    /** The word for it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
