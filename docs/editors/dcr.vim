" Vim compiler file for dcr: copy to ~/.vim/compiler/dcr.vim, then :compiler dcr | make
if exists("current_compiler")
  finish
endif
let current_compiler = "dcr"

CompilerSet makeprg=dcr\ check\ --format\ text
CompilerSet errorformat=%f:%l:%c:\ %t%*[a-z]:\ %m,%-Gdcr:\ %.%#
