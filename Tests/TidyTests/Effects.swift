/// What a pure target may not say: names that read a clock, the environment, a file or a socket.
///
/// A scan of words, not of meaning: `.open(` and `func open(` are our own verbs and pass, a bare `open(` is the
/// system's. An import list stops the rest, for a pure target imports next to nothing.

struct Effect: Equatable, Sendable {
    var name: String
    var line: Int
}

/// Types that touch the world however they are spelled.
let effectfulTypes: Set<String> = [
    "FileManager", "FileHandle", "URLSession", "ProcessInfo", "Thread", "DispatchQueue", "DispatchTime",
    "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", "CommandLine", "RunLoop", "Process",
]

/// Types whose creation reads the clock.
let clockReadingTypes: Set<String> = ["Date"]

/// Functions of the system, or of the standard library, that touch the world when called bare.
let effectfulFunctions: Set<String> = [
    "open", "openat", "creat", "close", "read", "write", "pread", "pwrite", "fopen", "fclose", "fread", "fwrite",
    "fsync", "fdatasync", "rename", "unlink", "stat", "lstat", "fstat", "mkdir", "opendir", "readdir", "socket",
    "bind", "listen", "accept", "connect", "send", "recv", "sendto", "recvfrom", "getaddrinfo", "poll", "select",
    "getenv", "setenv", "secure_getenv", "clock_gettime", "gettimeofday", "time", "localtime", "gmtime", "usleep",
    "sleep", "nanosleep", "fork", "system", "print", "debugPrint", "dump", "readLine", "exit",
]

/// The effects a pure file names, in order.
func effects(in tokens: [Token]) -> [Effect] {
    // A function that the file itself declares is its own, whatever the system calls its.
    var declared: Set<String> = []
    for (index, token) in tokens.enumerated() where index > 0 && tokens[index - 1].text == "func" {
        declared.insert(token.text)
    }
    var found: [Effect] = []
    for (index, token) in tokens.enumerated() {
        let before = index > 0 ? tokens[index - 1].text : ""
        let after = index + 1 < tokens.count ? tokens[index + 1] : nil
        let isCall = after?.text == "(" && after?.spaceBefore == false
        if effectfulTypes.contains(token.text), before != ".", before != "case" {
            found.append(Effect(name: token.text, line: token.line))
        } else if clockReadingTypes.contains(token.text), before != ".", isCall || after?.text == "." {
            found.append(Effect(name: token.text, line: token.line))
        } else if effectfulFunctions.contains(token.text), isCall, ![".", "func", "case"].contains(before),
            !declared.contains(token.text)
        {
            found.append(Effect(name: token.text, line: token.line))
        }
    }
    return found
}
