package io.valise.ipc.testkit;

import io.valise.ipc.testkit.link.ArmingRules;
import io.valise.ipc.testkit.link.BackpressureRules;
import io.valise.ipc.testkit.link.EndingRules;
import io.valise.ipc.testkit.link.FrameRules;
import io.valise.ipc.testkit.link.ProcessRules;
import io.valise.ipc.testkit.link.ServingRules;
import io.valise.ipc.testkit.link.WaitingRules;
import io.valise.ipc.testkit.rule.DependsOnConnection;
import org.junit.jupiter.api.Nested;

/**
 * What every transport promises to the engine: the rules T, L and P of {@code docs/transport-contract.md}, each proved
 * on the bare SPI by the test whose name begins with its number. A transport's test class extends this one and makes
 * the transport; nothing else is needed. JUnit makes an instance per test.
 *
 * @since 0.1.0
 */
public abstract class LinkContract implements Candidate {
    /** For the transport's test class. */
    protected LinkContract() {}

    @Nested
    @DependsOnConnection
    class Serving extends ServingRules {
        Serving() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Frames extends FrameRules {
        Frames() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Backpressure extends BackpressureRules {
        Backpressure() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Waiting extends WaitingRules {
        Waiting() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Arming extends ArmingRules {
        Arming() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Ending extends EndingRules {
        Ending() {
            super(LinkContract.this);
        }
    }

    @Nested
    class Processes extends ProcessRules {
        Processes() {
            super(LinkContract.this);
        }
    }
}
