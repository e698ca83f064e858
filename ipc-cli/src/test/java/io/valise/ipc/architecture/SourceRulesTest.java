package io.valise.ipc.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

/** Sizes, words and Javadoc of the sources of all modules. Sources are parsed, not compiled. */
class SourceRulesTest {
    private static final int MOST_LINES_OF_A_FILE = 500;
    /** Its signatures are the contract; docs/architecture.md says why they stay in one file. */
    private static final int MOST_LINES_OF_VALUE_SET = 600;

    private static final int MOST_LINES_OF_A_METHOD = 60;

    private static final Pattern VERSION = Pattern.compile("<version>([0-9.]+)(-SNAPSHOT)?</version>");
    private static final Pattern EXPORTS = Pattern.compile("exports ([a-z.]+);");
    private static final Pattern SINCE = Pattern.compile("(?m)^\\s*\\* @since (\\S+)$");

    /** Metaphors and old-fashioned words; docs/glossary.md has the terms to use instead. */
    private static final Pattern NOT_PLAIN =
            Pattern.compile("\\b(?i:whoever|whomever|nobodys?|somebody|anybody|lest|hoped"
                    + "|in (its|his) stead|in person|patience|strangers?|neighbours?|farewells?|knock(s|ed|ing)?|squat(s|ted|ting|ters?)?"
                    + "|caretakers?|doorman|vouch(ed|es|ing)?)\\b");

    /** The access policy, and the user of Unix. */
    private static final Pattern NAMED_NOBODY =
            Pattern.compile("nobody\\(\\)|[{`](@code )?nobody[}`]|runs as nobody|NOBODY");

    /** Where the words of an identifier meet. */
    private static final Pattern BETWEEN_WORDS = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|_");

    /** They name the words that are refused. */
    private static final Set<String> NAME_THE_WORDS = Set.of("SourceRulesTest.java", "glossary.md");

    private static final List<String> FILES_TOO_LONG = new ArrayList<>();
    private static final List<String> METHODS_TOO_LONG = new ArrayList<>();
    private static final List<String> WITHOUT_JAVADOC = new ArrayList<>();
    private static final List<String> TYPES_WITHOUT_SINCE = new ArrayList<>();
    private static final List<String> METHODS_WITHOUT_JAVADOC = new ArrayList<>();
    private static final Set<String> PROMISED = new HashSet<>();
    private static final List<String> IMPORTS_OF_INTERNALS = new ArrayList<>();
    private static final List<Path> SOURCES = new ArrayList<>();
    /** Not parsed: the Kotlin compiler itself refuses what is public without saying so. */
    private static final List<Path> KOTLIN = new ArrayList<>();

    @BeforeAll
    static void readAllSources() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> root.relativize(file)
                            .toString()
                            .replace('\\', '/')
                            .matches("([^/]+/){1,2}src/.*\\.(java|kt)"))
                    .forEach(file -> (file.toString().endsWith(".kt") ? KOTLIN : SOURCES).add(file));
        }
        for (Path file : KOTLIN) {
            long lines = Files.readAllLines(file).size();
            Inspection.report(FILES_TOO_LONG, "file", file.toString(), MOST_LINES_OF_A_FILE, lines);
        }
        for (Path source : SOURCES) {
            if (source.endsWith(Path.of("src", "main", "java", "module-info.java"))) {
                EXPORTS.matcher(Files.readString(source))
                        .results()
                        .forEach(shown -> PROMISED.add(moduleOf(source.toString()) + ':' + shown.group(1)));
            }
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

    /** The folder of a module. */
    private static String moduleOf(String file) {
        String path = file.replace('\\', '/');
        String module = path.substring(0, path.lastIndexOf("/src/"));
        return module.substring(module.lastIndexOf('/') + 1);
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
        String heading = project.group(2) == null
                ? "## \\[" + version + "] - \\d{4}-\\d\\d-\\d\\d"
                : "## \\[Unreleased] " + version;
        assertThat(Files.readString(root.resolve("CHANGELOG.md"))).containsPattern("(?m)^" + heading + "$");
        for (Path source : Stream.of(SOURCES, KOTLIN).flatMap(List::stream).toList()) {
            assertThat(SINCE.matcher(Files.readString(source)).results())
                    .as(source.toString())
                    .allSatisfy(
                            since -> assertThat(Version.parse(since.group(1))).isLessThanOrEqualTo(version));
        }
    }

    /** Identifiers are words too. */
    @Test
    void sourcesAndPagesAreInPlainWords() throws IOException {
        Path root = Path.of("").toAbsolutePath().getParent();
        List<Path> texts = new ArrayList<>(SOURCES);
        texts.addAll(KOTLIN);
        try (Stream<Path> pages = Files.walk(root.resolve("docs"))) {
            pages.filter(page -> page.toString().endsWith(".md")).forEach(texts::add);
        }
        for (String page : List.of("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "RELEASING.md", "SECURITY.md")) {
            texts.add(root.resolve(page));
        }
        texts.removeIf(text -> NAME_THE_WORDS.contains(text.getFileName().toString()));
        for (Path text : texts) {
            String words = NAMED_NOBODY.matcher(Files.readString(text)).replaceAll("");
            String apart = BETWEEN_WORDS.matcher(words).replaceAll(" ");
            assertThat(NOT_PLAIN.matcher(apart).results().map(found -> found.group()))
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
    void everyPublicTypeOfAnExportedPackageSaysSinceWhen() {
        assertThat(PROMISED).contains("ipc-api:io.valise.ipc", "ipc-services:io.valise.ipc.services.files");
        assertThat(TYPES_WITHOUT_SINCE).isEmpty();
    }

    /** A method that overrides another inherits its Javadoc. */
    @Test
    void everyPublicMethodOfTheContractHasJavadoc() {
        assertThat(METHODS_WITHOUT_JAVADOC).isEmpty();
    }

    @Test
    void nothingImportsTheInternalsOfTheApi() throws IOException {
        assertThat(IMPORTS_OF_INTERNALS).isEmpty();
        assertThat(KOTLIN).isNotEmpty();
        for (Path source : KOTLIN) { // also where a name is used without an import
            assertThat(Files.readString(source)).as(source.toString()).doesNotContain("io.valise.ipc.internal");
        }
    }

    /** Collects what breaks the rules in one file. */
    private static final class Inspection extends TreePathScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final DocTrees docs;
        private final String file;
        private final boolean main;
        private final String packageName;
        private final boolean promised;

        Inspection(CompilationUnitTree unit, DocTrees docs) {
            this.unit = unit;
            this.docs = docs;
            this.file = unit.getSourceFile().getName();
            this.main = file.replace('\\', '/').contains("/src/main/");
            this.packageName =
                    unit.getPackageName() == null ? "" : unit.getPackageName().toString();
            this.promised = main && PROMISED.contains(moduleOf(file) + ':' + packageName);
        }

        @Override
        public @Nullable Void visitCompilationUnit(CompilationUnitTree node, @Nullable Void unused) {
            boolean valueSet = file.replace('\\', '/').endsWith("/io/valise/ipc/ValueSet.java");
            int most = valueSet ? MOST_LINES_OF_VALUE_SET : MOST_LINES_OF_A_FILE;
            report(FILES_TOO_LONG, "file", file, most, lines(node));
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
            if (main
                    && packageName.equals("io.valise.ipc")
                    && isPublic(getCurrentPath())
                    && !isOverride(node)
                    && docs.getDocCommentTree(getCurrentPath()) == null) {
                METHODS_WITHOUT_JAVADOC.add(file + " " + node.getName());
            }
            return super.visitMethod(node, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree node, @Nullable Void unused) {
            DocCommentTree javadoc = docs.getDocCommentTree(getCurrentPath());
            if (main && node.getModifiers().getFlags().contains(Modifier.PUBLIC) && javadoc == null) {
                WITHOUT_JAVADOC.add(file + " " + node.getSimpleName());
            }
            if (promised && isPublic(getCurrentPath()) && !saysSince(javadoc)) {
                TYPES_WITHOUT_SINCE.add(file + " " + node.getSimpleName());
            }
            return super.visitClass(node, null);
        }

        private static boolean saysSince(@Nullable DocCommentTree javadoc) {
            return javadoc != null
                    && javadoc.getBlockTags().stream().anyMatch(tag -> tag.getKind() == DocTree.Kind.SINCE);
        }

        private static boolean isOverride(MethodTree method) {
            return method.getModifiers().getAnnotations().stream()
                    .anyMatch(annotation ->
                            annotation.getAnnotationType().toString().equals("Override"));
        }

        /** Whether a member or type, and all types around it, are public; members of interfaces are. */
        private static boolean isPublic(TreePath path) {
            Tree tree = path.getLeaf();
            if (tree instanceof CompilationUnitTree) {
                return true;
            }
            ModifiersTree modifiers = tree instanceof MethodTree method
                    ? method.getModifiers()
                    : tree instanceof ClassTree type ? type.getModifiers() : null;
            if (modifiers == null) { // inside of a method
                return false;
            }
            TreePath around = path.getParentPath();
            boolean implied = around.getLeaf().getKind() == Tree.Kind.INTERFACE
                    && !modifiers.getFlags().contains(Modifier.PRIVATE);
            return (implied || modifiers.getFlags().contains(Modifier.PUBLIC)) && isPublic(around);
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
