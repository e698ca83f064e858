package io.valise.examples;

import io.valise.examples.activation.SheetService;
import io.valise.examples.helper.Spelling;
import io.valise.examples.result.ColourPicker;
import io.valise.examples.result.Shortener;
import io.valise.ipc.ValueSet;
import java.io.IOException;

/** The manifests of the programs that examples have started, as a user would write them. Stateless. */
public final class ExampleManifests {
    private ExampleManifests() {}

    /** The service that makes objects of the class acme.Sheet. */
    public static void declareSheets() throws IOException {
        ExampleRun.declare(
                "services",
                "sheets",
                ValueSet.of(
                        "name",
                        "sheets",
                        "command",
                        ExampleRun.command(SheetService.class),
                        "classes",
                        new String[] {"acme.Sheet"},
                        "idleSeconds",
                        1));
    }

    /** The helper of an application, by the application's id. */
    public static void declareSpelling(String applicationId) throws IOException {
        ValueSet helpers = ValueSet.of("spelling", ExampleRun.command(Spelling.class));
        ExampleRun.declare("helpers", applicationId, ValueSet.of("application", applicationId, "helpers", helpers));
    }

    /** The target that has the user choose a colour. */
    public static void declareColourPicker() throws IOException {
        ExampleRun.declare(
                "targets",
                "pick-colour",
                ValueSet.of("name", "pick-colour", "command", ExampleRun.command(ColourPicker.class)));
    }

    /** The target of URIs {@code shorten:}. */
    public static void declareShortener() throws IOException {
        ValueSet shortener = ValueSet.of("name", "shortener", "command", ExampleRun.command(Shortener.class));
        ExampleRun.declare(
                "targets",
                "shortener",
                shortener.toBuilder().put("schemes", new String[] {"shorten"}).build());
    }
}
