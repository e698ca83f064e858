package io.valise.ipc.cli.command;

import io.valise.ipc.cli.doctor.Diagnosis;
import io.valise.ipc.cli.option.CommonOptions;
import io.valise.ipc.cli.option.JsonLine;
import io.valise.ipc.cli.text.Colours;
import io.valise.ipc.cli.text.Table;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ipc doctor}: what works on this machine, what does not, and why. Confined to one thread. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
@Command(
        name = "doctor",
        description =
                "Tries each transport, and the NATS broker that is configured, and shows what they stand on. Exit status"
                        + " 1: none between processes of this machine works.")
final class DoctorCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions common;

    @Mixin
    private JsonLine json;

    @Override
    public Integer call() {
        Diagnosis diagnosis = Diagnosis.make();
        if (json.isAsked()) {
            json.print(diagnosis.toValueSet());
        } else {
            print(diagnosis, common.out(), common.colours());
        }
        return diagnosis.anyTransportWorks() ? 0 : 1;
    }

    private static void print(Diagnosis diagnosis, PrintWriter out, Colours colours) {
        out.println(colours.strong("Transports"));
        diagnosis
                .transports()
                .forEach(check ->
                        out.println("  " + line(mark(check.works(), colours), check.scheme(), check.detail())));
        if (!diagnosis.networks().isEmpty()) {
            out.println(colours.strong("Between machines"));
            diagnosis
                    .networks()
                    .forEach(check -> out.println("  "
                            + line(
                                    check.configured() ? mark(check.works(), colours) : "-",
                                    check.scheme(),
                                    check.detail())));
        }
        out.println(colours.strong("Machine"));
        Table table =
                new Table("  runtime directory", diagnosis.runtimeDirectory().toString());
        diagnosis.sharedMemory().ifPresent(place -> table.row("  shared memory", place.toString()));
        diagnosis.facts().forEach((name, value) -> table.row("  " + words(name), value));
        table.print(out);
        diagnosis.warnings().forEach(warning -> out.println(colours.warning("! ") + Table.printable(warning)));
        out.println(verdict(diagnosis, colours));
    }

    private static String mark(boolean works, Colours colours) {
        return works ? colours.good("✓") : colours.bad("✗");
    }

    private static String line(String mark, String scheme, String detail) {
        return mark + " " + String.format("%-9s", scheme) + " " + Table.printable(detail);
    }

    private static String verdict(Diagnosis diagnosis, Colours colours) {
        if (!diagnosis.anyTransportWorks()) {
            return colours.bad("No transport between processes works here.");
        }
        return diagnosis.warnings().isEmpty() ? colours.good("All is well.") : "It works, with the warnings above.";
    }

    /** javaHome as "java home". */
    private static String words(String name) {
        return name.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT);
    }
}
