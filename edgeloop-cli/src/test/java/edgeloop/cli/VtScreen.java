package edgeloop.cli;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** What a VT100 shows of what was written to it, as far as the programs use one. */
public final class VtScreen {
    private final Deque<String> scrolledOff = new ArrayDeque<>();
    private int columns;
    private int[][] cells;
    private int row;
    private int column;
    private boolean wrapPending;
    private boolean wraps = true;
    private boolean cursorShown = true;

    public VtScreen(int columns, int rows) {
        this.columns = columns;
        this.cells = new int[rows][columns];
        for (int[] line : cells) {
            Arrays.fill(line, ' ');
        }
    }

    /** Another width: lines are cut or filled up, as xterm does it. */
    public void resize(int newColumns) {
        for (int i = 0; i < cells.length; i++) {
            int[] line = new int[newColumns];
            Arrays.fill(line, ' ');
            System.arraycopy(cells[i], 0, line, 0, Math.min(columns, newColumns));
            cells[i] = line;
        }
        columns = newColumns;
        column = Math.min(column, columns - 1);
        wrapPending = false;
    }

    /** Takes text whose sequences are whole; fails at one that it does not know. */
    public void write(String text) {
        int at = 0;
        while (at < text.length()) {
            int c = text.codePointAt(at);
            if (c == '\u001b') {
                at = sequence(text, at);
                continue;
            }
            at += Character.charCount(c);
            switch (c) {
                case '\r' -> {
                    column = 0;
                    wrapPending = false;
                }
                case '\n' -> lineFeed();
                default -> put(c);
            }
        }
    }

    private void lineFeed() {
        if (row < cells.length - 1) {
            row++;
            return;
        }
        scrolledOff.addLast(text(cells[0]));
        System.arraycopy(cells, 1, cells, 0, cells.length - 1);
        cells[cells.length - 1] = new int[columns];
        Arrays.fill(cells[cells.length - 1], ' ');
    }

    private void put(int c) {
        if (c < ' ') {
            throw new AssertionError("control character " + c);
        }
        if (wrapPending && wraps) {
            column = 0;
            lineFeed();
        }
        wrapPending = false;
        cells[row][column] = c;
        if (column < columns - 1) {
            column++;
        } else {
            wrapPending = true;
        }
    }

    private int sequence(String text, int begin) {
        if (text.charAt(begin + 1) != '[') {
            throw new AssertionError("no CSI at " + text.substring(begin));
        }
        int end = begin + 2;
        while (text.charAt(end) < '@') {
            end++;
        }
        String parameters = text.substring(begin + 2, end);
        switch (text.charAt(end)) {
            case 'm' -> {}
            case 'A' -> row = Math.max(0, row - Integer.parseInt(parameters));
            case 'K' -> Arrays.fill(cells[row], column, columns, ' ');
            case 'J' -> {
                Arrays.fill(cells[row], column, columns, ' ');
                for (int i = row + 1; i < cells.length; i++) {
                    Arrays.fill(cells[i], ' ');
                }
            }
            case 'h', 'l' -> mode(parameters, text.charAt(end) == 'h');
            default ->
                    throw new AssertionError("unknown: ESC" + text.substring(begin + 1, end + 1));
        }
        return end + 1;
    }

    private void mode(String mode, boolean set) {
        switch (mode) {
            case "?25" -> cursorShown = set;
            case "?7" -> wraps = set;
            default -> throw new AssertionError("unknown mode " + mode);
        }
    }

    /** The rows from the top, without blanks at their ends, up to the last that is not empty. */
    public List<String> rows() {
        List<String> rows = new ArrayList<>();
        for (int[] line : cells) {
            rows.add(text(line));
        }
        while (!rows.isEmpty() && rows.getLast().isEmpty()) {
            rows.removeLast();
        }
        return rows;
    }

    /** What has left at the top, and then the rows. */
    public List<String> all() {
        List<String> all = new ArrayList<>(scrolledOff);
        all.addAll(rows());
        return all;
    }

    private static String text(int[] line) {
        return new String(line, 0, line.length).stripTrailing();
    }

    public boolean showsCursor() {
        return cursorShown;
    }

    public boolean wraps() {
        return wraps;
    }

    public int cursorRow() {
        return row;
    }

    public int cursorColumn() {
        return column;
    }
}
