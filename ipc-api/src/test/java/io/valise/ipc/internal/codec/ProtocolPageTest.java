package io.valise.ipc.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.valise.ipc.ValueSet;
import io.valise.ipc.ValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The page that other languages implement from: each example in its table is what this codec writes. */
class ProtocolPageTest {
    private static final Path PAGE = Path.of("..", "docs", "protocol-valueset.md");
    private static final int TYPE = 2;
    private static final int BYTES = 5;

    @Test
    void everyTypeIsOnThePageWithTheBytesThatAreWritten() throws IOException {
        Set<ValueType> missing = EnumSet.allOf(ValueType.class);
        for (String[] row : rows()) {
            String[] nameAndNumber = row[TYPE].trim().split(" ", -1);
            ValueType type = ValueType.valueOf(nameAndNumber[0]);
            assertThat(Integer.decode(nameAndNumber[1])).isEqualTo(type.number());
            for (String example : row[BYTES].split("·", -1)) {
                assertWritten(type, example.replaceAll("[` ]", ""));
            }
            missing.remove(type);
        }
        assertThat(missing).isEmpty();
    }

    private static List<String[]> rows() throws IOException {
        List<String[]> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 7 && !cells[1].contains("---") && !cells[1].contains("Java")) {
                rows.add(cells);
            }
        }
        return rows;
    }

    private static void assertWritten(ValueType type, String hex) {
        byte[] bytes = HexFormat.of().parseHex("a16176" + hex);
        ValueSet set = ValueSet.fromCbor(bytes);
        assertThat(set.type("v")).isEqualTo(type);
        assertThat(set.toCbor()).isEqualTo(bytes);
    }
}
