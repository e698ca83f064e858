package io.valise.ipc.internal.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.IpcConnection;
import io.valise.ipc.ValueSet;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A key that a connection receives again costs no new string, and is never taken for another one. */
class RepeatedKeysTest extends LocalConnections {
    private IpcConnection connection;

    @BeforeEach
    void connect() {
        connection = connect(server());
    }

    /** The keys as they come back. */
    private List<String> echoed(List<String> keys) {
        ValueSet.Builder message = ValueSet.builder();
        keys.forEach(key -> message.put(key, null));
        List<String> received =
                List.copyOf(connection.request("echo", message.build()).keys());
        assertThat(received).isEqualTo(keys);
        return received;
    }

    private String echoed(String key) {
        return echoed(List.of(key)).get(0);
    }

    @Test
    void theSameStringComesAgain() {
        for (String key :
                List.of("a", "bid", "12345678", "123456789", "1234567890123456", "a key of 20 bytes..", "ü水")) {
            String first = echoed(new String(key.toCharArray()));
            assertThat(echoed(key)).isSameAs(first);
        }
    }

    @Test
    void keysOfAllLengthsAndContentsAreToldApart() {
        for (int round = 0; round < 3; round++) {
            for (int length = 1; length <= 255; length++) {
                List<String> keys = new ArrayList<>();
                for (int change = 0; change < length; change += 1 + length / 20) {
                    char[] chars = "x".repeat(length).toCharArray();
                    chars[change] = 'y';
                    keys.add(new String(chars));
                }
                assertThat(echoed(keys)).hasSameSizeAs(keys);
            }
        }
    }

    @Test
    void aKeyWithZeroBytesIsNotAShorterOne() {
        List<String> keys = List.of("ab", "ab\0", "ab\0\0\0\0\0\0\0");
        assertThat(echoed(keys)).doesNotHaveDuplicates();
        assertThat(echoed(keys)).doesNotHaveDuplicates();
    }

    @Test
    void manyKeysReplaceOneAnother() {
        for (int message = 0; message < 400; message++) {
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 250; i++) {
                keys.add("key" + (250 * message + i));
            }
            assertThat(echoed(keys)).hasSize(250);
        }
        String again = echoed("bid");
        assertThat(echoed("bid")).isSameAs(again);
    }

    @Test
    void aKeyThatComesOftenIsTheSameObjectAsItsLiteral() {
        for (String key : List.of("bid", "a key of 20 bytes..")) {
            for (int use = 0; use < 20; use++) {
                assertThat(echoed(key)).isEqualTo(key);
            }
            assertThat(echoed(key)).isSameAs(key);
        }
    }

    /** Interned strings are the whole JVM's: a peer must not fill its table. */
    @Test
    void aConnectionInternsSomeThousandKeysAtMost() {
        for (int message = 0; message < 100; message++) {
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                keys.add("often" + (50 * message + i));
            }
            for (int use = 0; use < 20; use++) {
                assertThat(echoed(keys)).hasSize(50);
            }
        }
        for (int use = 0; use < 20; use++) {
            assertThat(echoed("bid")).isEqualTo("bid");
        }
        assertThat(echoed("bid")).isNotSameAs("bid");
    }
}
