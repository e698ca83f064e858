package io.valise.ipc.docs;

import io.valise.ipc.docs.MarkdownPage.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A command that a page shows, and what it shows of its output. Immutable.
 *
 * @param line the command, as a shell reads it
 * @param output the lines below it; empty when the page shows none
 */
record ShownCommand(String line, List<String> output) {
    private static final String PROMPT = "$ ";
    /** From here on an output is another one in each run. */
    private static final Pattern OF_THAT_RUN = Pattern.compile("[0-9/\\[_].*");

    /** The commands of a page's shell blocks, which are commands alone, and of its text blocks, where a prompt tells. */
    static List<ShownCommand> of(MarkdownPage page) {
        List<ShownCommand> commands = new ArrayList<>();
        for (Block block : page.blocks("sh")) {
            block.lines().forEach(line -> commands.add(new ShownCommand(withoutComment(line), List.of())));
        }
        for (Block block : page.blocks("text")) {
            addAll(commands, block.lines());
        }
        return commands;
    }

    private static String withoutComment(String line) {
        return line.replaceFirst("\\s+#\\s.*", "");
    }

    private static void addAll(List<ShownCommand> commands, List<String> lines) {
        List<String> output = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(PROMPT)) {
                output = new ArrayList<>();
                commands.add(new ShownCommand(line.substring(PROMPT.length()), output));
            } else {
                output.add(line);
            }
        }
    }

    /** Whether the page shows that it fails. */
    boolean fails() {
        return !output.isEmpty() && output.get(0).startsWith("ipc: ");
    }

    /** What the first line of its output begins with in each run. */
    String beginning() {
        return output.isEmpty()
                ? ""
                : OF_THAT_RUN.matcher(squeezed(output.get(0))).replaceFirst("").strip();
    }

    static String squeezed(String line) {
        return line.replaceAll("\\s+", " ");
    }
}
