package io.valise.ipc.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation as far as the tests care: its fenced blocks, the links and code spans of its prose, and
 * the anchors that GitHub gives its headings. Immutable.
 */
final class MarkdownPage {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");

    private final Path path;
    private final List<Block> blocks = new ArrayList<>();
    private final List<String> prose = new ArrayList<>();

    /** A fenced block: the word behind its fence, and its lines. */
    record Block(String language, List<String> lines) {
        String text() {
            return String.join("\n", lines);
        }
    }

    private MarkdownPage(Path path, List<String> lines) {
        this.path = path;
        Block open = null;
        for (String line : lines) {
            boolean fence = line.strip().startsWith("```");
            if (fence && open == null) {
                open = new Block(line.strip().substring(3), new ArrayList<>());
                blocks.add(open);
            } else if (fence) {
                open = null;
            } else if (open == null) {
                prose.add(line);
            } else {
                open.lines().add(line);
            }
        }
    }

    static MarkdownPage read(Path path) {
        try {
            return new MarkdownPage(path, Files.readAllLines(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path path() {
        return path;
    }

    /** The fenced blocks in a language. */
    List<Block> blocks(String language) {
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    /** The lines outside fenced blocks. */
    List<String> prose() {
        return prose;
    }

    /** Where links lead: relative paths, anchors, addresses. */
    List<String> links() {
        return matches(LINK, prose.stream().map(line -> SPAN.matcher(line).replaceAll("code")));
    }

    /** What is set as code within the prose. */
    List<String> spans() {
        return matches(SPAN, prose.stream());
    }

    /** The anchors of the headings, as GitHub makes them. */
    Set<String> anchors() {
        Set<String> anchors = new LinkedHashSet<>();
        Map<String, Integer> seen = new HashMap<>();
        for (String line : prose) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                String anchor = anchor(heading.group(1));
                int earlier = seen.merge(anchor, 1, Integer::sum) - 1;
                anchors.add(earlier == 0 ? anchor : anchor + "-" + earlier);
            }
        }
        return anchors;
    }

    private static String anchor(String heading) {
        String text = LINK.matcher(heading)
                .replaceAll(link -> Matcher.quoteReplacement(
                        link.group().substring(1, link.group().indexOf(']'))));
        return text.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}\\s_-]", "")
                .replace(' ', '-');
    }

    private static List<String> matches(Pattern pattern, Stream<String> lines) {
        return lines.flatMap(line -> pattern.matcher(line).results())
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}
