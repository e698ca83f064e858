package io.valise.ipc.testkit;

import io.valise.ipc.testkit.rule.DependsOnConnection;
import io.valise.ipc.testkit.session.AccessRules;
import io.valise.ipc.testkit.session.CallRules;
import io.valise.ipc.testkit.session.CrashRules;
import io.valise.ipc.testkit.session.DeadlineRules;
import io.valise.ipc.testkit.session.DeliveryRules;
import io.valise.ipc.testkit.session.EventRules;
import io.valise.ipc.testkit.session.ExitRules;
import io.valise.ipc.testkit.session.FairnessRules;
import io.valise.ipc.testkit.session.FutureRules;
import io.valise.ipc.testkit.session.GracefulCloseRules;
import io.valise.ipc.testkit.session.HostileUserRules;
import io.valise.ipc.testkit.session.IdentityRules;
import io.valise.ipc.testkit.session.InterceptionRules;
import io.valise.ipc.testkit.session.LifecycleRules;
import io.valise.ipc.testkit.session.LogRules;
import io.valise.ipc.testkit.session.PublicationRules;
import io.valise.ipc.testkit.session.ReconnectRules;
import io.valise.ipc.testkit.session.SharedNameRules;
import io.valise.ipc.testkit.session.ShortageRules;
import io.valise.ipc.testkit.session.SizeRules;
import io.valise.ipc.testkit.session.StreamRules;
import org.junit.jupiter.api.Nested;

/**
 * What programs are promised over every transport: the rules of connections in {@code docs/transport-contract.md}, each
 * proved on servers and clients over the transport under test, in this process and between processes. Adopted like
 * {@link LinkContract}; run that first, since a transport that breaks those rules breaks these in ways that are hard to
 * understand. JUnit makes an instance per test.
 *
 * @since 0.1.0
 */
public abstract class TransportContract implements Candidate {
    /** For the transport's test class. */
    protected TransportContract() {}

    @Nested
    class Calls extends CallRules {
        Calls() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Interceptions extends InterceptionRules {
        Interceptions() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Futures extends FutureRules {
        Futures() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Deadlines extends DeadlineRules {
        Deadlines() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Events extends EventRules {
        Events() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Streams extends StreamRules {
        Streams() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Fairness extends FairnessRules {
        Fairness() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Sizes extends SizeRules {
        Sizes() {
            super(TransportContract.this);
        }
    }

    @Nested
    @DependsOnConnection
    class Lifecycle extends LifecycleRules {
        Lifecycle() {
            super(TransportContract.this);
        }
    }

    @Nested
    class SharedNames extends SharedNameRules {
        SharedNames() {
            super(TransportContract.this);
        }
    }

    @Nested
    class GracefulCloses extends GracefulCloseRules {
        GracefulCloses() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Deliveries extends DeliveryRules {
        Deliveries() {
            super(TransportContract.this);
        }
    }

    @Nested
    @DependsOnConnection
    class Access extends AccessRules {
        Access() {
            super(TransportContract.this);
        }
    }

    @Nested
    @DependsOnConnection
    class Identities extends IdentityRules {
        Identities() {
            super(TransportContract.this);
        }
    }

    @Nested
    @DependsOnConnection
    class HostileUsers extends HostileUserRules {
        HostileUsers() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Shortages extends ShortageRules {
        Shortages() {
            super(TransportContract.this);
        }
    }

    @Nested
    @DependsOnConnection
    class Publications extends PublicationRules {
        Publications() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Crashes extends CrashRules {
        Crashes() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Exits extends ExitRules {
        Exits() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Logs extends LogRules {
        Logs() {
            super(TransportContract.this);
        }
    }

    @Nested
    class Reconnecting extends ReconnectRules {
        Reconnecting() {
            super(TransportContract.this);
        }
    }
}
