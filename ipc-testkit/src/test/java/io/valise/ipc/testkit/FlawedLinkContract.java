package io.valise.ipc.testkit;

import io.valise.ipc.spi.Transport;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** A transport with one flaw; not a test by itself, {@link KitCatchesFlawsTest} runs it once for each flaw. */
@ExtendWith(FlawedLinkContract.Given.class)
class FlawedLinkContract extends LinkContract {
    /** The configuration parameter that names the flaw. */
    static final String FLAW = "valise.testkit.flaw";

    private final Flaw flaw;

    FlawedLinkContract(Flaw flaw) {
        this.flaw = flaw;
    }

    @Override
    public Transport transport() {
        return new MemoryTransport(flaw);
    }

    @Override
    public boolean betweenProcesses() {
        return false;
    }

    /** Hands over the flaw that the request to JUnit names. */
    static final class Given implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Flaw.class;
        }

        @Override
        public Flaw resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getConfigurationParameter(FLAW, Flaw::valueOf).orElseThrow();
        }
    }
}
