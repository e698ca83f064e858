package io.valise.ipc.pipes.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreambleTest {
    private static final String MARK = "\0valise pipe 1\n";

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hello\n", "\0", "\0\0\0", "\0valise pipe 2\n", "\0valise pipe 1", "naïve \0valise"})
    void itIsFoundBehindAnyNoise(String noise) throws IOException {
        InputStream source = stream(noise + MARK + "frames");
        Preamble.Heard heard = Preamble.read(Channels.newChannel(source));
        assertThat(heard.complete()).isTrue();
        assertThat(heard.noise()).isEqualTo(noise);
        assertThat(source.readAllBytes()).asString().isEqualTo("frames");
    }

    @Test
    void whatEndsBeforeItSaysWhatWasThere() throws IOException {
        Preamble.Heard heard = Preamble.read(Channels.newChannel(stream("usage: worker FILE\n\0val")));
        assertThat(heard.complete()).isFalse();
        assertThat(heard.excerpt()).isEqualTo("usage: worker FILE");
    }

    @Test
    void endlessNoiseIsGivenUpOn() throws IOException {
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'y';
            }
        };
        Preamble.Heard heard = Preamble.read(Channels.newChannel(endless));
        assertThat(heard.complete()).isFalse();
        assertThat(heard.noise().length()).isLessThanOrEqualTo(64 << 10);
        assertThat(heard.excerpt()).hasSizeLessThan(410).startsWith("…");
    }
}
