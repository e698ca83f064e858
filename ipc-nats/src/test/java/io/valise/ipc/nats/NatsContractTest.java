package io.valise.ipc.nats;

import io.valise.ipc.testkit.LinkContract;

/** What every transport promises, of {@code nats:}. */
@NeedsNats
class NatsContractTest extends LinkContract implements NatsCandidate {}
