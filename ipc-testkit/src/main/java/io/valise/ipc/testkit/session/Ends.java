package io.valise.ipc.testkit.session;

import io.valise.ipc.AccessPolicy;
import io.valise.ipc.EndBuilder;
import io.valise.ipc.spi.Transport;

/**
 * Builders over the transport under test. Where that reaches other machines there is no default of who may call, so they say
 * that everyone may, unless a rule says otherwise. Stateless.
 */
final class Ends {
    private Ends() {}

    static <B extends EndBuilder<B>> B over(Transport transport, B builder) {
        builder.transport(transport);
        return transport.reach() == Transport.Reach.NETWORK ? builder.access(AccessPolicy.anyone()) : builder;
    }
}
