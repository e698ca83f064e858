package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How sources are kept, in all modules: sizes, and Javadoc on what is public. Sources are parsed, not compiled. */
class SourceRulesTest {
    private static final int MOST_LINES_OF_A_FILE = 600;
    private static final int MOST_LINES_OF_A_METHOD = 60;

    private static final Pattern VERSION = Pattern.compile("<version>([0-9.]+)(?:-SNAPSHOT)?</version>");
    private static final Pattern SINCE = Pattern.compile("(?m)^\\s*\\* @since (\\S+)$");

    /** Words of a tone that is not the field's; docs/glossary.md says what things are called. */
    private static final Pattern NOT_PLAIN = Pattern.compile(
            "\\b([Ww]hoever|[Nn]obody|[Ss]omebody|[Aa]nybody|[Ll]est|[Hh]oped|in (its|his) stead|in person)\\b");

    /** The access policy, and the user of Unix. */
    private static final Pattern NAMED_NOBODY = Pattern.compile("nobody\\(\\)|[{`](@code )?nobody[}`]");

    private static final List<String> FILES_TOO_LONG = new ArrayList<>();
    private static final List<String> METHODS_TOO_LONG = new ArrayList<>();
    private static final List<String> WITHOUT_JAVADOC = new ArrayList<>();
    private static final List<String> IMPORTS_OF_INTERNALS = new ArrayList<>();
    private static final List<Path> SOURCES = new ArrayList<>();

    @BeforeAll
    static void readAllSources() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file ->
                            root.relativize(file).toString().replace('\\', '/').matches("[^/]+/src/.*"))
                    .forEach(SOURCES::add);
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(SOURCES));
            DocTrees docs = DocTrees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Inspection(unit, docs).scan(unit, null);
            }
        }
    }

    @Test
    void thereAreSources() {
        assertThat(SOURCES.stream().map(file -> file.getFileName().toString()).collect(Collectors.toList()))
                .contains("IpcException.java", "Ipc.java", "SourceRulesTest.java");
    }

    /** {@code @since} names no version after the one that is built, which is also the version of the changelog. */
    @Test
    void nothingIsSinceALaterVersionThanThisOne() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        Matcher project = VERSION.matcher(Files.readString(root.resolve("pom.xml")));
        assertThat(project.find()).isTrue();
        Version version = Version.parse(project.group(1));
        assertThat(Files.readString(root.resolve("CHANGELOG.md"))).contains("## [Unreleased] " + version + "\n");
        for (Path source : SOURCES) {
            assertThat(SINCE.matcher(Files.readString(source)).results())
                    .as(source.toString())
                    .allSatisfy(
                            since -> assertThat(Version.parse(since.group(1))).isLessThanOrEqualTo(version));
        }
    }

    @Test
    void mainSourcesAndPagesAreInPlainWords() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<Path> texts = SOURCES.stream()
                .filter(file -> file.toString().replace('\\', '/').contains("/src/main/"))
                .collect(Collectors.toCollection(ArrayList::new));
        try (Stream<Path> pages = Files.list(root.resolve("docs"))) {
            pages.filter(page -> page.toString().endsWith(".md")).forEach(texts::add);
        }
        texts.addAll(List.of(root.resolve("README.md"), root.resolve("CHANGELOG.md"), root.resolve("CONTRIBUTING.md")));
        for (Path text : texts) {
            String words = NAMED_NOBODY.matcher(Files.readString(text)).replaceAll("");
            assertThat(NOT_PLAIN.matcher(words).results().map(found -> found.group()))
                    .as(text.toString())
                    .isEmpty();
        }
    }

    @Test
    void noFileIsTooLong() {
        assertThat(FILES_TOO_LONG).isEmpty();
    }

    @Test
    void noMethodIsTooLong() {
        assertThat(METHODS_TOO_LONG).isEmpty();
    }

    @Test
    void everyPublicTypeHasJavadoc() {
        assertThat(WITHOUT_JAVADOC).isEmpty();
    }

    @Test
    void nothingImportsTheInternalsOfTheApi() {
        assertThat(IMPORTS_OF_INTERNALS).isEmpty();
    }

    /** Collects what breaks the rules in one file. */
    private static final class Inspection extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final DocTrees docs;
        private final String file;
        private final boolean main;

        Inspection(CompilationUnitTree unit, DocTrees docs) {
            this.unit = unit;
            this.docs = docs;
            this.file = unit.getSourceFile().getName();
            this.main = file.replace('\\', '/').contains("/src/main/");
        }

        @Override
        public @Nullable Void visitCompilationUnit(CompilationUnitTree node, @Nullable Void unused) {
            report(FILES_TOO_LONG, "file", file, MOST_LINES_OF_A_FILE, lines(node));
            return super.visitCompilationUnit(node, null);
        }

        /** The module descriptors keep most of them out already, but the benchmarks have none. */
        @Override
        public @Nullable Void visitImport(ImportTree node, @Nullable Void unused) {
            String imported = node.getQualifiedIdentifier().toString();
            if (imported.startsWith("io.valise.ipc.internal.") && !mayImportInternals(file.replace('\\', '/'))) {
                IMPORTS_OF_INTERNALS.add(file + " imports " + imported);
            }
            return super.visitImport(node, null);
        }

        /** The codec alone, without what toCbor() allocates, is measured by one class that says so. */
        private static boolean mayImportInternals(String path) {
            return path.contains("/ipc-api/src/") || path.endsWith("/benchmarks/contender/ValiseForm.java");
        }

        @Override
        public @Nullable Void visitMethod(MethodTree node, @Nullable Void unused) {
            report(METHODS_TOO_LONG, "method", file + " " + node.getName(), MOST_LINES_OF_A_METHOD, lines(node));
            return super.visitMethod(node, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree node, @Nullable Void unused) {
            DocCommentTree javadoc = docs.getDocCommentTree(getCurrentPath());
            if (main && node.getModifiers().getFlags().contains(Modifier.PUBLIC) && javadoc == null) {
                WITHOUT_JAVADOC.add(file + " " + node.getSimpleName());
            }
            return super.visitClass(node, null);
        }

        private long lines(Tree node) {
            LineMap map = unit.getLineMap();
            long begin = docs.getSourcePositions().getStartPosition(unit, node);
            long end = docs.getSourcePositions().getEndPosition(unit, node);
            return map.getLineNumber(end) - map.getLineNumber(begin) + 1;
        }

        private static void report(List<String> findings, String what, String name, int limit, long actual) {
            if (actual > limit) {
                findings.add(what + " " + name + ": limit=" + limit + " lines, actual=" + actual + "; split it");
            }
        }
    }
}
