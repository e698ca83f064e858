package io.valise.ipc.cli.schema;

import io.valise.ipc.cli.text.Table;
import io.valise.ipc.spi.schema.Definition;
import io.valise.ipc.spi.schema.Field;
import io.valise.ipc.spi.schema.Form;
import io.valise.ipc.spi.schema.Method;
import io.valise.ipc.spi.schema.Offer;
import io.valise.ipc.spi.schema.Schema;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A schema as text for people. Stateless. */
public final class SchemaText {
    private SchemaText() {}

    /** Prints the offers as a table, and the types below it. */
    public static void print(Schema schema, PrintWriter out) {
        Table offers = new Table("KIND", "NAME", "REQUEST", "ANSWER");
        for (Offer each : schema.offers()) {
            offers.row(word(each.kind()), each.name(), text(each.request()), text(each.answer()));
        }
        offers.print(out);
        schema.types().forEach(each -> print(each, out));
    }

    private static void print(Definition type, PrintWriter out) {
        out.println();
        String head = word(type.kind()) + ' ' + type.name();
        if (type.kind() == Definition.Kind.ENUM) {
            out.println(Table.printable(head + ": " + String.join(", ", type.constants())));
        } else if (type.kind() == Definition.Kind.SEALED) {
            out.println(Table.printable(head + ", by $record one of"));
            for (Definition each : type.records()) {
                out.println(Table.printable("  " + each.name()));
                print(each.fields(), "    ", out);
            }
        } else {
            out.println(Table.printable(head));
            print(type.fields(), "  ", out);
            type.methods().forEach(each -> out.println(Table.printable("  " + text(each))));
        }
    }

    private static void print(List<Field> fields, String indentation, PrintWriter out) {
        if (!fields.isEmpty()) {
            Table table = new Table(cells(fields.get(0), indentation));
            fields.stream().skip(1).forEach(each -> table.row(cells(each, indentation)));
            table.print(out);
        }
    }

    private static String[] cells(Field field, String indentation) {
        return new String[] {indentation + field.name(), text(field.form())};
    }

    private static String text(@Nullable Form form) {
        if (form == null) {
            return "-";
        }
        String type = form.name() == null ? form.type() : form.name();
        return type
                + (form.format() == null ? "" : " (" + form.format() + ')')
                + (form.of() == null ? "" : " of " + part(form.of()))
                + (form.optional() ? ", optional" : "");
    }

    private static String part(Form form) {
        return form.optional() ? '(' + text(form) + ')' : text(form);
    }

    private static String text(Method method) {
        return method.parameters().stream()
                        .map(SchemaText::text)
                        .collect(Collectors.joining("; ", method.name() + '(', ")"))
                + (method.result() == null ? "" : " -> " + text(method.result()));
    }

    private static String word(Enum<?> kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
