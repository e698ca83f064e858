package io.valise.ipc.services.recording;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of this JVM that has events of Valise alone. For one thread. */
final class Recorded {
    private final Recording recording = new Recording();

    /** Records these events, and no other events of Valise that would be recorded by default. */
    static Recorded begin(String... names) {
        Recorded begun = new Recorded();
        for (String rare : new String[] {"Connection", "Refusal", "Stall", "RingFull"}) {
            begun.recording.disable("io.valise." + rare);
        }
        for (String name : names) {
            begun.recording.enable("io.valise." + name);
        }
        begun.recording.start();
        return begun;
    }

    /** Ends it; the events in the order of their ends. */
    List<RecordedEvent> end() throws IOException {
        recording.stop();
        return end(0);
    }

    /** As {@link #end()}, once it has at least so many events: a thread may write one after the test has its result. */
    List<RecordedEvent> end(int count) throws IOException {
        try (recording) {
            List<RecordedEvent> events = events();
            while (events.size() < count) {
                events = events();
            }
            return events;
        }
    }

    private List<RecordedEvent> events() throws IOException {
        Path file = Files.createTempFile("valise", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().startsWith("io.valise."))
                    .sorted((one, other) -> one.getEndTime().compareTo(other.getEndTime()))
                    .toList();
        } finally {
            Files.delete(file);
        }
    }

    /** A call as text. */
    static String call(RecordedEvent event) {
        return event.getEventType().getName() + ' ' + event.getString("kind") + ' ' + event.getString("service") + ' '
                + event.getString("status") + ' ' + event.getString("endpoint") + " with "
                + event.getLong("peerProcess");
    }
}
