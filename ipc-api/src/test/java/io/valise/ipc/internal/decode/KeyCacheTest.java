package io.valise.ipc.internal.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valise.ipc.IpcException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyCacheTest {
    private final KeyCache keys = new KeyCache();

    @Test
    void answersTheSameStringAgain() {
        for (String key :
                new String[] {"", "a", "bid", "12345678", "123456789", "1234567890123456", "a key of 20 bytes..", "ü水"
                }) {
            String first = key(key);
            assertThat(first).isEqualTo(key);
            assertThat(key(key)).isSameAs(first);
        }
    }

    @Test
    void tellsAllLengthsAndContentsApart() {
        for (int round = 0; round < 3; round++) {
            for (int length = 0; length < 300; length++) {
                for (int change = 0; change < Math.max(1, length); change += 1 + length / 20) {
                    char[] chars = "x".repeat(length).toCharArray();
                    if (length > 0) {
                        chars[change] = 'y';
                    }
                    assertThat(key(new String(chars))).isEqualTo(new String(chars));
                }
            }
        }
    }

    @Test
    void aKeyWithZeroBytesIsNotAShorterOne() {
        assertThat(key("ab")).isEqualTo("ab");
        assertThat(key("ab\0")).isEqualTo("ab\0");
        assertThat(key("ab\0\0\0\0\0\0\0")).isEqualTo("ab\0\0\0\0\0\0\0");
    }

    @Test
    void manyKeysOnlyMiss() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(key("key" + i)).isEqualTo("key" + i);
        }
        String again = key("bid");
        assertThat(key("bid")).isSameAs(again);
    }

    @Test
    void whatIsUsedOftenIsTheSameObjectAsItsLiteral() {
        for (String key : new String[] {"bid", "a key of 20 bytes.."}) {
            for (int use = 0; use < 20; use++) {
                assertThat(key(key)).isEqualTo(key);
            }
            assertThat(key(key)).isSameAs(key);
        }
    }

    @Test
    void oneThatManyTextsComeToInternsOnlySoMany() {
        for (int i = 0; i < 5_000; i++) {
            for (int use = 0; use < 20; use++) {
                assertThat(key("often" + i)).isEqualTo("often" + i);
            }
        }
        for (int use = 0; use < 20; use++) {
            assertThat(key("bid")).isEqualTo("bid");
        }
        assertThat(key("bid")).isNotSameAs("bid");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {'a', 'b', (byte) 0xff, 'c'});
        assertThatThrownBy(() -> keys.key(bytes, 1, 3))
                .isInstanceOf(IpcException.class)
                .hasMessage("PROTOCOL_ERROR: malformed text at offset 2: not UTF-8");
        assertThatThrownBy(() -> keys.key(bytes, 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private String key(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length + 7);
        buffer.put(5, bytes);
        return keys.key(buffer, 5, bytes.length);
    }
}
