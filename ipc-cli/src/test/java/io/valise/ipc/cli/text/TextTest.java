package io.valise.ipc.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How tables, amounts and colours look. */
class TextTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Table table = new Table("NAME", "N").row("a", "1").row("longer", "22").row("alone");
        assertThat(table.lines()).containsExactly("NAME    N", "a       1", "longer  22", "alone");
    }

    @Test
    void aTextOfAPeerDoesNotMakeEveryRowAsLongAsItself() {
        Table table = new Table("NAME", "N").row("a".repeat(100_000), "1").row("b", "2");
        assertThat(table.lines())
                .containsExactly(
                        "NAME" + " ".repeat(253) + "N", "a".repeat(100_000) + "  1", "b" + " ".repeat(256) + "2");
    }

    @Test
    void controlCharactersOfAPeerReachNoTerminal() {
        assertThat(new Table("NAME").row("a\u001b[2J\nb").lines()).containsExactly("NAME", "a\\u001b[2J\\u000ab");
        assertThat(Table.printable("a\u007fb\u009b2Jc\u00a0é")).isEqualTo("a\\u007fb\\u009b2Jc\u00a0é");
    }

    @Test
    void bytesTakeTheUnitThatFits() {
        assertThat(Amounts.bytes(0)).isEqualTo("0 B");
        assertThat(Amounts.bytes(1_023)).isEqualTo("1023 B");
        assertThat(Amounts.bytes(1_536)).isEqualTo("1.5 KiB");
        assertThat(Amounts.bytes(Long.MAX_VALUE)).isEqualTo("8388608.0 TiB");
        assertThat(Amounts.bytes(-1)).isEqualTo("-1 B");
    }

    @Test
    void timesAreShort() {
        assertThat(Amounts.micros(160)).isEqualTo("0.16 µs");
        assertThat(Amounts.micros(1_234_567)).isEqualTo("1,235 µs");
        assertThat(Amounts.percent(0.126)).isEqualTo("13%");
        assertThat(Amounts.millis(1_550_000)).isEqualTo("1.6 ms");
        assertThat(Amounts.span(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Amounts.span(Duration.ofSeconds(61))).isEqualTo("1m 1s");
        assertThat(Amounts.span(Duration.ofMinutes(61))).isEqualTo("1h 1m");
        assertThat(Amounts.span(Duration.ofHours(49))).isEqualTo("2d 1h");
    }

    @Test
    void coloursAreForTerminalsAlone() {
        assertThat(Colours.NONE.good("x") + Colours.NONE.bad("x") + Colours.NONE.strong("x"))
                .isEqualTo("xxx");
        assertThat(Colours.ANSI.bad("x")).isEqualTo("\u001b[31mx\u001b[0m");
    }
}
