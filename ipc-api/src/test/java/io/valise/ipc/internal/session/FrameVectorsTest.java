package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.valise.ipc.IpcStatus;
import io.valise.ipc.ValueSet;
import io.valise.ipc.WaitStrategy;
import io.valise.ipc.internal.channel.FrameSender;
import io.valise.ipc.internal.frame.Frames;
import io.valise.ipc.internal.frame.OutFrame;
import io.valise.ipc.internal.work.SessionCounters;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the sending half writes is what the published vectors say; {@link VectorConversationTest} reads them. */
class FrameVectorsTest {
    private static final ValueSet SYMBOL = ValueSet.of("symbol", "KRW/USD");
    private static final int SHORT_FRAMES = 64;

    /** Every vector by its name, made by the code that makes real frames. */
    private static Map<String, String> written() {
        Map<String, OutFrame> frames = new LinkedHashMap<>();
        frames.put("HELLO", OutFrame.hello(1, about(4711, "quotes-client")));
        frames.put("WELCOME", OutFrame.welcome(1, Frames.VERSION, about(4712, "quotes-server")));
        frames.put("REQUEST", OutFrame.request(2, TimeUnit.SECONDS.toNanos(30), "price", null, SYMBOL));
        frames.put("REPLY_METADATA", OutFrame.replyMetadata(2, ValueSet.of("cost", 3)));
        frames.put(
                "RESPONSE",
                OutFrame.message(
                        Frames.RESPONSE,
                        2,
                        SYMBOL.toBuilder().put("bid", 101.25).build()));
        frames.put(
                "REQUEST with metadata",
                OutFrame.request(
                        3, TimeUnit.SECONDS.toNanos(30), "halted", ValueSet.of("tenant", 7), ValueSet.empty()));
        frames.put(
                "ERROR",
                OutFrame.text(
                        Frames.ERROR,
                        3,
                        0,
                        IpcStatus.HANDLER_FAILED,
                        "java.lang.IllegalStateException: no market today"));
        frames.put("REQUEST that is refused", OutFrame.request(4, 1_500_000_000L, "secret", null, ValueSet.empty()));
        frames.put(
                "ERROR before any handler",
                OutFrame.text(Frames.ERROR, 4, Frames.FLAG_REJECTED, IpcStatus.ACCESS_DENIED, "access denied"));
        frames.put("EVENT", OutFrame.event("seen", SYMBOL));
        frames.put("STREAM_OPEN", OutFrame.streamOpen(5, 2, "ticks", null, SYMBOL));
        frames.put("STREAM_ITEM", OutFrame.message(Frames.STREAM_ITEM, 5, ValueSet.of("bid", 101.25)));
        frames.put("CREDIT", OutFrame.credit(5, 8));
        frames.put("STREAM_END", OutFrame.signal(Frames.STREAM_END, 5, IpcStatus.OK));
        frames.put(
                "REQUEST that is given up",
                OutFrame.request(6, TimeUnit.SECONDS.toNanos(30), "wait", null, ValueSet.empty()));
        frames.put("CANCEL", OutFrame.signal(Frames.CANCEL, 6, IpcStatus.CANCELLED));
        frames.put(
                "GOAWAY that drains",
                OutFrame.goaway(6, Frames.FLAG_DRAIN, IpcStatus.OK, "the server is shutting down"));
        frames.put("GOAWAY", OutFrame.goaway(6, 0, IpcStatus.OK, "the peer closed the connection"));
        Map<String, String> hex = new LinkedHashMap<>();
        frames.forEach((name, frame) -> hex.put(name, sent(frame, 4096).get(0)));
        hex.putAll(fragments());
        return hex;
    }

    private static Map<String, String> fragments() {
        OutFrame frame =
                OutFrame.request(7, TimeUnit.SECONDS.toNanos(30), "count", null, ValueSet.of("data", new byte[100]));
        List<String> parts = sent(frame, SHORT_FRAMES);
        assertThat(parts).hasSize(3);
        return Map.of(
                "FRAGMENT, the first", parts.get(0), "FRAGMENT", parts.get(1), "FRAGMENT, the last", parts.get(2));
    }

    private static ValueSet about(long pid, String application) {
        return ValueSet.of("pid", pid, "application", application, "maxMessageBytes", 16 << 20);
    }

    private static List<String> sent(OutFrame frame, int maxFrameBytes) {
        RecordingLink link = new RecordingLink(maxFrameBytes);
        new FrameSender(
                        link,
                        new SessionCounters(),
                        WaitStrategy.adaptive(),
                        TimeUnit.SECONDS.toNanos(10),
                        () -> {},
                        failure -> {},
                        failure -> {})
                .send(frame);
        return link.sent();
    }

    static Stream<String> names() {
        return FrameVectors.all().stream().map(vector -> vector.get("name").asText());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void isWrittenLikeThis(String name) {
        assertThat(written().get(name)).isEqualTo(HexFormat.of().formatHex(FrameVectors.bytes(name)));
    }

    @Test
    void headersSayWhatTheVectorsSay() {
        for (JsonNode vector : FrameVectors.all()) {
            ByteBuffer frame = ByteBuffer.wrap(FrameVectors.bytes(vector));
            List<Long> header =
                    List.of((long) frame.get(), (long) (frame.get() & 0xff), (long) frame.getShort(), frame.getLong());
            assertThat(header)
                    .as(vector.get("name").asText())
                    .containsExactly(
                            vector.get("kind").asLong(),
                            vector.get("flags").asLong(),
                            vector.get("status").asLong(),
                            vector.get("id").asLong());
        }
    }

    @Test
    void thereIsAVectorOfEveryKindAndOfEveryFrameWritten() {
        List<String> names = new ArrayList<>(names().toList());
        assertThat(names).containsExactlyInAnyOrderElementsOf(written().keySet());
        assertThat(FrameVectors.all())
                .extracting(vector -> vector.get("kind").asInt())
                .contains(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, (int) Frames.FRAGMENT, (int) Frames.REPLY_METADATA);
    }
}
