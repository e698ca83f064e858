package io.valise.ipc.nats;

import io.valise.ipc.testkit.TransportContract;
import io.valise.ipc.testkit.rule.ConnectionRules;
import org.junit.jupiter.api.extension.ExtendWith;

/** What programs are promised over every transport, over {@code nats:}. */
@NeedsNats
@ExtendWith(ConnectionRules.class)
class NatsConformanceTest extends TransportContract implements NatsCandidate {}
