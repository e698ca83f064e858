package io.valise.ipc.sharedmem.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.valise.ipc.sharedmem.ring.RingConsumer;
import io.valise.ipc.sharedmem.ring.RingProducer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a consumer may see of a record, and of a batch, while it is being published. */
public final class RingStress {
    private RingStress() {}

    /** Both ends of one ring. */
    abstract static class Ends {
        final RingProducer producer;
        final RingConsumer consumer;

        Ends() {
            Slot slot = new Slot();
            producer = slot.producer();
            consumer = slot.consumer();
        }
    }

    /** One record: all of it or nothing. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(id = "1, 42", expect = ACCEPTABLE, desc = "there as a whole")
    @Outcome(expect = FORBIDDEN, desc = "a length without its payload")
    @State
    public static class OneRecord extends Ends {
        /** Publishes. */
        @Actor
        public void produce() {
            Slot.stage(producer, 42);
            producer.publish();
        }

        /** Looks once. */
        @Actor
        public void consume(II_Result seen) {
            seen.r1 = consumer.poll(
                    frame -> {
                        seen.r2 = frame.getInt();
                        return true;
                    },
                    1);
        }
    }

    /** Two records by one release: who sees the first sees the second. */
    @JCStressTest
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(id = "2, 1, 2", expect = ACCEPTABLE, desc = "both")
    @Outcome(expect = FORBIDDEN, desc = "a batch in parts")
    @State
    public static class Batch extends Ends {
        /** Publishes both. */
        @Actor
        public void produce() {
            Slot.stage(producer, 1);
            Slot.stage(producer, 2);
            producer.publish();
        }

        /** Looks once. */
        @Actor
        public void consume(III_Result seen) {
            seen.r1 = consumer.poll(
                    frame -> {
                        int number = frame.getInt();
                        if (number == 1) {
                            seen.r2 = number;
                        } else {
                            seen.r3 = number;
                        }
                        return true;
                    },
                    4);
        }
    }

    /** In the second lap every word behind a record is a left-over that looks like a length. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "not there yet")
    @Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "there, and nothing behind it")
    @Outcome(expect = FORBIDDEN, desc = "a left-over of the first lap")
    @State
    public static class SecondLap extends Ends {
        /** Goes through the first lap. */
        public SecondLap() {
            for (int bytes = 0; bytes < Slot.RING_BYTES; bytes += 8) {
                Slot.stage(producer, 4);
                producer.publish();
                consumer.poll(frame -> true, 1);
            }
        }

        /** Publishes. */
        @Actor
        public void produce() {
            Slot.stage(producer, 7);
            producer.publish();
        }

        /** Looks for all there is. */
        @Actor
        public void consume(II_Result seen) {
            seen.r1 = consumer.poll(
                    frame -> {
                        seen.r2 = frame.getInt();
                        return true;
                    },
                    4);
        }
    }

    /** A full ring: the producer overwrites nothing that was not read. */
    @JCStressTest
    @Outcome(id = "0, 9", expect = ACCEPTABLE, desc = "no room yet, the old record read")
    @Outcome(id = "1, 9", expect = ACCEPTABLE_INTERESTING, desc = "room, the old record read before")
    @Outcome(expect = FORBIDDEN, desc = "a record of the next lap in the place of an old one")
    @State
    public static class FullRing extends Ends {
        /** Fills the ring. */
        public FullRing() {
            while (producer.claim(Integer.BYTES) != null) {
                producer.abort();
                Slot.stage(producer, 9);
                producer.publish();
            }
        }

        /** Writes once more, if there is room. */
        @Actor
        public void produce(II_Result seen) {
            if (producer.claim(Integer.BYTES) != null) {
                producer.abort();
                Slot.stage(producer, 13);
                Slot.stage(producer, 13);
                producer.publish();
                seen.r1 = 1;
            }
        }

        /** Reads two eighths: room is told after each. */
        @Actor
        public void consume(II_Result seen) {
            consumer.poll(
                    frame -> {
                        seen.r2 = frame.getInt();
                        return true;
                    },
                    4);
        }
    }
}
