<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
    <message>
        <source>Package</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>Packages</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>版本 {version}</translation>
    </message>
    <message>
        <source>Segments structures on medical images by their name, lets you correct the masks, and learns from your corrections.</source>
        <translation>按名称分割医学图像中的结构，供您修正掩膜，并从您的修正中学习。</translation>
    </message>
    <message>
        <source>For research, not a medical device: do not use it for diagnosis or treatment.</source>
        <translation>仅供研究使用，不是医疗器械：请勿用于诊断或治疗。</translation>
    </message>
    <message>
        <source>Images and masks stay on this computer. Licence: Apache 2.0.</source>
        <translation>图像和掩膜只保存在本机。许可证：Apache 2.0。</translation>
    </message>
    <message>
        <source>Log files, which hold nothing of patients, are here: {folder}</source>
        <translation>日志文件（不含任何患者信息）在此处：{folder}</translation>
    </message>
    <message>
        <source>the demo model of this program</source>
        <translation>本程序的演示模型</translation>
    </message>
    <message>
        <source>as its page on the hub says</source>
        <translation>见其在 Hub 上的页面</translation>
    </message>
    <message>
        <source>as who made it says</source>
        <translation>由制作者说明</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Model in use</source>
        <translation>正在使用的模型</translation>
    </message>
    <message>
        <source>{model}; licence: {licence}</source>
        <translation>{model}；许可：{licence}</translation>
    </message>
    <message>
        <source>Demo images</source>
        <translation>演示图像</translation>
    </message>
    <message>
        <source>drawn by a program for this one, of no patient; licence: {licence}</source>
        <translation>由程序专门绘制，不来自任何患者；许可：{licence}</translation>
    </message>
    <message>
        <source>it does not say; see its own files</source>
        <translation>未说明；请查看其自带的文件</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>AddingLine</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Add no more images; those that were added stay</source>
        <translation>不再添加图像；已添加的保留</translation>
    </message>
    <message>
        <source>Looking for images: {count}</source>
        <translation>正在查找图像：{count}</translation>
    </message>
</context>
<context>
    <name>AnswerPanel</name>
    <message>
        <source>Answer of the model</source>
        <translation>模型的回答</translation>
    </message>
    <message>
        <source>The model says: “{words}”</source>
        <translation>模型回答：“{words}”</translation>
    </message>
    <message>
        <source>Masks of the answer, expected overlap</source>
        <translation>回答中的掩膜及预期重叠度</translation>
    </message>
    <message>
        <source>Masks of the model, expected overlap</source>
        <translation>模型的掩膜及预期重叠度</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>The model expects this mask to overlap with the structure by {share} %</source>
        <translation>模型预计此掩膜与结构的重叠度为 {share} %</translation>
    </message>
    <message>
        <source> ({key}: the next mask)</source>
        <translation>（{key}：下一个掩膜）</translation>
    </message>
    <message>
        <source>Mask {name}, expected overlap {iou}</source>
        <translation>掩膜 {name}，预期重叠度 {iou}</translation>
    </message>
</context>
<context>
    <name>BrushPanel</name>
    <message>
        <source>Round</source>
        <translation>圆形</translation>
    </message>
    <message>
        <source>Square</source>
        <translation>方形</translation>
    </message>
    <message>
        <source>Only grey values</source>
        <translation>仅限灰度范围</translation>
    </message>
    <message>
        <source>Smallest grey value</source>
        <translation>最小灰度值</translation>
    </message>
    <message>
        <source>Largest grey value</source>
        <translation>最大灰度值</translation>
    </message>
    <message>
        <source>Point at the tissue and take what lies under the brush</source>
        <translation>指向组织，取画笔下的灰度范围</translation>
    </message>
    <message>
        <source>Take with {key}</source>
        <translation>按 {key} 取值</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
</context>
<context>
    <name>CarryDialog</name>
    <message>
        <source>Carry the mask through the stack</source>
        <translation>将掩膜沿序列传递</translation>
    </message>
    <message>
        <source>The model follows the structure from slice to slice, and stops by itself where it is in doubt. Slices that you accepted, rejected or worked on stay as they are.</source>
        <translation>模型逐张跟踪该结构，没有把握时会自行停下。您已确认、标为不可用或处理过的切片保持不变。</translation>
    </message>
    <message>
        <source>Forwards</source>
        <translation>往后面的切片</translation>
    </message>
    <message>
        <source>Backwards</source>
        <translation>往前面的切片</translation>
    </message>
    <message>
        <source>Both ways</source>
        <translation>双向</translation>
    </message>
    <message>
        <source>At most so many slices in each direction</source>
        <translation>每个方向最多切片数</translation>
    </message>
    <message>
        <source>all</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Carry</source>
        <translation>传递</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>From slice {number} of {count}, the mask of “{structure}”.</source>
        <translation>从第 {number} 张切片（共 {count} 张）开始，传递“{structure}”的掩膜。</translation>
    </message>
    <message>
        <source>This image is in no stack.</source>
        <translation>这张图像不属于任何序列。</translation>
    </message>
    <message>
        <source>{done} of {wanted} slices …</source>
        <translation>{done} / {wanted} 张切片…</translation>
    </message>
    <message>
        <source>The model begins …</source>
        <translation>模型正在开始…</translation>
    </message>
    <message>
        <source>Show slice {number}</source>
        <translation>显示第 {number} 张切片</translation>
    </message>
</context>
<context>
    <name>ClickAnswers</name>
    <message>
        <source>Loading the model …</source>
        <translation>正在加载模型 …</translation>
    </message>
    <message>
        <source>Asking the model …</source>
        <translation>正在询问模型 …</translation>
    </message>
</context>
<context>
    <name>ClickPanel</name>
    <message>
        <source>Clear clicks</source>
        <translation>清除点击</translation>
    </message>
    <message>
        <source>Clicks: {count}</source>
        <translation>点击：{count}</translation>
    </message>
    <message>
        <source>Clicks: {count}, and a box</source>
        <translation>点击：{count}，以及一个框</translation>
    </message>
    <message>
        <source>A box</source>
        <translation>一个框</translation>
    </message>
    <message>
        <source>{clicks}. The model has not answered them yet.</source>
        <translation>{clicks}。模型尚未回答。</translation>
    </message>
</context>
<context>
    <name>CompareDialog</name>
    <message>
        <source>Compare versions</source>
        <translation>比较版本</translation>
    </message>
    <message>
        <source>Accepted masks of the test set</source>
        <translation>测试集中已确认的掩膜</translation>
    </message>
    <message>
        <source>Accepted masks of patients from whom neither has learned</source>
        <translation>两者都未学习过的患者的已确认掩膜</translation>
    </message>
    <message>
        <source>All accepted masks</source>
        <translation>全部已确认的掩膜</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Both predict the images again, each at the threshold that was best for it when it was made. Only patients from whom a version has not learned tell how good it really is.</source>
        <translation>两者都会重新预测图像，各自使用产生时最佳的阈值。只有版本未学习过的患者才能说明它到底有多好。</translation>
    </message>
    <message>
        <source>First</source>
        <translation>第一个</translation>
    </message>
    <message>
        <source>Second</source>
        <translation>第二个</translation>
    </message>
    <message>
        <source>On</source>
        <translation>比较于</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>{name} has learned from the patients of {count} of these {all} masks, so it looks better here than it is.</source>
        <translation>{name} 学习过这 {all} 个掩膜中 {count} 个的患者，因此在这里看起来比实际更好。</translation>
    </message>
    <message>
        <source>Compared on {count} masks of patients from whom neither version has learned.</source>
        <translation>已在两个版本都未学习过的患者的 {count} 个掩膜上比较。</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>The original</source>
        <translation>原图</translation>
    </message>
    <message>
        <source>Uncertainty of the model</source>
        <translation>模型的不确定性</translation>
    </message>
    <message>
        <source>{version}, in use</source>
        <translation>{version}（使用中）</translation>
    </message>
</context>
<context>
    <name>ComparisonTable</name>
    <message>
        <source>Measure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>1 is perfect.</source>
        <translation>1 为完美。</translation>
    </message>
    <message>
        <source>Overlap of the masks, divided by what both cover; 1 is perfect.</source>
        <translation>掩膜的重叠除以两者覆盖的总范围；1 为完美。</translation>
    </message>
    <message>
        <source>Distance of the edges (px)</source>
        <translation>边缘距离（像素）</translation>
    </message>
    <message>
        <source>95 % of the edge lie nearer; 0 is perfect.</source>
        <translation>95 % 的边缘更近；0 为完美。</translation>
    </message>
    <message>
        <source>Edges in the right place</source>
        <translation>位置正确的边缘</translation>
    </message>
    <message>
        <source>Share of both edges; 1 is perfect.</source>
        <translation>占两条边缘的比例；1 为完美。</translation>
    </message>
    <message>
        <source>Dice of the centrelines</source>
        <translation>中心线的 Dice</translation>
    </message>
    <message>
        <source>For thin structures; 1 is perfect.</source>
        <translation>用于细长结构；1 为完美。</translation>
    </message>
    <message>
        <source>Pieces of a mask</source>
        <translation>掩膜的块数</translation>
    </message>
    <message>
        <source>For thin structures.</source>
        <translation>用于细长结构。</translation>
    </message>
    <message>
        <source>Masks of</source>
        <translation>掩膜所属</translation>
    </message>
    <message>
        <source>Masks</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>95 % between</source>
        <translation>95 % 介于</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Structure {name}</source>
        <translation>结构 {name}</translation>
    </message>
    <message>
        <source>Patient {name}</source>
        <translation>患者 {name}</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something went wrong</source>
        <translation>程序出错</translation>
    </message>
    <message>
        <source>The program made a mistake</source>
        <translation>程序出现了错误</translation>
    </message>
    <message>
        <source>Your work is saved: every stroke is in the project. You can go on, or close and start again.</source>
        <translation>您的工作已保存：每一笔都已存入项目。您可以继续，也可以关闭后重新启动。</translation>
    </message>
    <message>
        <source>The last mask could not be saved, but every finished stroke is in the project. Please start the program again.</source>
        <translation>最后一个掩膜未能保存，但每一个完成的笔画都已存入项目。请重新启动程序。</translation>
    </message>
    <message>
        <source>Please send the report to the people who look after this program.</source>
        <translation>请将报告发送给负责维护本程序的人员。</translation>
    </message>
    <message>
        <source>The log is here: {path}</source>
        <translation>日志位置：{path}</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>显示报告</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>DeleteDialog</name>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
</context>
<context>
    <name>DiceCurveView</name>
    <message>
        <source>Dice at every threshold</source>
        <translation>各阈值下的 Dice</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
</context>
<context>
    <name>Dropping</name>
    <message>
        <source>Open the project “{project}”</source>
        <translation>打开项目“{project}”</translation>
    </message>
    <message>
        <source>Open or make a project first; then drop your images here</source>
        <translation>请先打开或新建一个项目，再把图像拖到这里</translation>
    </message>
    <message>
        <source>This project can only be looked at: nothing will be added</source>
        <translation>此项目只能查看：不会添加任何内容</translation>
    </message>
    <message>
        <source>Add all images of the folder “{folder}”</source>
        <translation>添加文件夹“{folder}”中的所有图像</translation>
    </message>
    <message>
        <source>Add these files and all images of these folders</source>
        <translation>添加这些文件以及这些文件夹中的所有图像</translation>
    </message>
    <message>
        <source>Add to the project: {count}</source>
        <translation>添加到项目：{count}</translation>
    </message>
</context>
<context>
    <name>EffortChart</name>
    <message>
        <source>Changed (% of the mask)</source>
        <translation>修改量（占掩膜的 %）</translation>
    </message>
    <message>
        <source>Accepted images, in order</source>
        <translation>已确认的图像（按时间顺序）</translation>
    </message>
</context>
<context>
    <name>EffortDialog</name>
    <message>
        <source>Effort – {structure}</source>
        <translation>工作量 – {structure}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Seconds count while you work on the picture; pauses of more than 30 seconds do not. Changed are the pixels in which the accepted mask differs from the prediction at its threshold.</source>
        <translation>仅统计您在图像上操作的时间，超过 30 秒的停顿不计入。“修改”指已确认的掩膜与该阈值下的预测结果不同的像素。</translation>
    </message>
    <message>
        <source>Predicted by</source>
        <translation>预测所用模型</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Seconds (median)</source>
        <translation>秒数（中位数）</translation>
    </message>
    <message>
        <source>Changed (median)</source>
        <translation>修改量（中位数）</translation>
    </message>
    <message>
        <source>{percent} % of the mask</source>
        <translation>掩膜的 {percent} %</translation>
    </message>
    <message>
        <source>Drawn by hand</source>
        <translation>手工绘制</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>With {version} you changed {percent} % fewer pixels than before.</source>
        <translation>使用{version}后，您修改的像素比之前减少了 {percent} %。</translation>
    </message>
    <message>
        <source>With {version} you changed {percent} % more pixels than before.</source>
        <translation>使用{version}后，您修改的像素比之前增加了 {percent} %。</translation>
    </message>
    <message>
        <source>With {version} you changed about as much as before; a difference may be chance.</source>
        <translation>使用{version}后，您的修改量与之前大致相同；差异可能只是偶然。</translation>
    </message>
    <message>
        <source>Too few to tell: at least {least} accepted images of the newest model and of those before are needed.</source>
        <translation>数量太少，无法判断：最新模型和之前的模型都至少需要 {least} 张已确认的图像。</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export masks</source>
        <translation>导出掩膜</translation>
    </message>
    <message>
        <source>Every accepted mask becomes a file in the exact size of its image, with a table (manifest.csv) beside them. What is written is read again and compared with the project.</source>
        <translation>每个已确认的掩膜成为一个与其图像大小完全相同的文件，旁边有一张表格（manifest.csv）。写出的内容会被重新读取并与项目比较。</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{name}: {count} of {total} accepted</source>
        <translation>{name}：已确认 {count} / {total}</translation>
    </message>
    <message>
        <source>Structures</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>Formats</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Choose a folder for the masks</source>
        <translation>选择存放掩膜的文件夹</translation>
    </message>
    <message>
        <source>Masks to write: {count}</source>
        <translation>将导出的掩膜：{count}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ExportOptions</name>
    <message>
        <source>Also masks that nobody accepted (the table says which)</source>
        <translation>也包括没有人确认的掩膜（表格中会注明）</translation>
    </message>
    <message>
        <source>Masks lie as in the image file, before a camera&apos;s turn</source>
        <translation>掩膜按图像文件中的方向放置(相机旋转之前)</translation>
    </message>
    <message>
        <source>optional</source>
        <translation>可选</translation>
    </message>
    <message>
        <source>Accepted by</source>
        <translation>确认者</translation>
    </message>
    <message>
        <source>Names and details</source>
        <translation>名称和细节</translation>
    </message>
</context>
<context>
    <name>FiguresDialog</name>
    <message>
        <source>{name} – a closer look</source>
        <translation>{name} – 仔细查看</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>This version is from before these figures were kept.</source>
        <translation>此版本产生时尚未保存这些数据。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>FinetuneChart</name>
    <message>
        <source>Error while learning (it should fall)</source>
        <translation>学习误差（应下降）</translation>
    </message>
    <message>
        <source>Dice on images kept aside (it should rise)</source>
        <translation>留出图像上的 Dice（应上升）</translation>
    </message>
    <message>
        <source>Dashed: the model before, at its best threshold ({dice:.3f}).</source>
        <translation>虚线：微调前的模型，取其最佳阈值（{dice:.3f}）。</translation>
    </message>
</context>
<context>
    <name>FinetunePanel</name>
    <message>
        <source>The model learns only from your accepted masks, on this computer. Some patients are kept aside to check whether it really became better; only then is the new version used.</source>
        <translation>模型在本机上只从您已确认的掩膜中学习。部分患者会被留出，用于检验模型是否真的变好；只有变好才会启用新版本。</translation>
    </message>
    <message>
        <source>Note for the new version (optional)</source>
        <translation>新版本的备注（可选）</translation>
    </message>
    <message>
        <source>Note for the new version</source>
        <translation>新版本的备注</translation>
    </message>
    <message>
        <source>Fine-tune on my labels</source>
        <translation>用我的标注微调</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop computing and give the memory back; what was learned is kept, and you can go on later</source>
        <translation>停止计算并释放内存；已学到的内容会保留，稍后可以继续</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Learn from my corrections</source>
        <translation>从我的修正中学习</translation>
    </message>
    <message>
        <source>Rejected images, left out: {count}</source>
        <translation>已排除的不可用图像：{count}</translation>
    </message>
    <message>
        <source>Images kept for testing, never learned from: {count}</source>
        <translation>留作测试、从不用于学习的图像：{count}</translation>
    </message>
    <message>
        <source>Accepted masks: {labels}, patients: {patients}</source>
        <translation>已确认的掩膜：{labels}，患者：{patients}</translation>
    </message>
    <message>
        <source>The model learns only from your accepted masks, on this computer. With fewer than 30 images it learns {times} times: {rounds} times each without a part of the patients, who then check whether it really became better, and once from all of them. Only if it is better is the new version used.</source>
        <translation>模型只在这台计算机上从您确认的掩膜学习。图像少于 30 张时，它学习 {times} 次：其中 {rounds} 次每次不用一部分患者，再用这些患者检查它是否真的变好；最后一次从全部患者学习。只有变好了，才会使用新版本。</translation>
    </message>
    <message>
        <source>Gathering your labels …</source>
        <translation>正在收集您的标注 …</translation>
    </message>
    <message>
        <source>Round {epoch} of {epochs}</source>
        <translation>第 {epoch} 轮，共 {epochs} 轮</translation>
    </message>
    <message>
        <source>Meanwhile the model that predicts lends its memory to the learning: a prediction loads it again first.</source>
        <translation>此时预测模型把内存让给学习：预测时会先重新加载模型。</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>剩余不到 1 分钟</translation>
    </message>
    <message>
        <source>about {minutes} min left</source>
        <translation>剩余约 {minutes} 分钟</translation>
    </message>
    <message>
        <source>{count:.3g} views per second</source>
        <translation>每秒 {count:.3g} 个视图</translation>
    </message>
    <message>
        <source>memory {amount}</source>
        <translation>内存 {amount}</translation>
    </message>
</context>
<context>
    <name>FlagDialog</name>
    <message>
        <source>Flag this image</source>
        <translation>标记此图像</translation>
    </message>
    <message>
        <source>The image stays as it is; the flag helps to find it again.</source>
        <translation>图像保持不变；标记便于以后再次找到它。</translation>
    </message>
    <message>
        <source>For example: ask the radiologist</source>
        <translation>例如：请教放射科医生</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Remove the flag</source>
        <translation>取消标记</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>FormatBoxes</name>
    <message>
        <source>PNG masks: black and white, one for each mask</source>
        <translation>PNG 掩膜：黑白，每个掩膜一个文件</translation>
    </message>
    <message>
        <source>More formats</source>
        <translation>更多格式</translation>
    </message>
    <message>
        <source>All structures in one PNG</source>
        <translation>所有结构在一张 PNG 中</translation>
    </message>
    <message>
        <source>Colours with numbers, and a list that says which is which</source>
        <translation>带编号的颜色，以及说明编号的列表</translation>
    </message>
    <message>
        <source>Every piece with a number</source>
        <translation>每一块有一个编号</translation>
    </message>
    <message>
        <source>16-bit PNG, and a table of the pieces</source>
        <translation>16 位 PNG,以及各块的表格</translation>
    </message>
    <message>
        <source>Image with masks over it</source>
        <translation>叠加掩膜的图像</translation>
    </message>
    <message>
        <source>A picture for slides and reports</source>
        <translation>用于幻灯片和报告的图片</translation>
    </message>
    <message>
        <source>Image with outlines</source>
        <translation>带轮廓的图像</translation>
    </message>
    <message>
        <source>What the model thought</source>
        <translation>模型的判断</translation>
    </message>
    <message>
        <source>16-bit PNG of the probability before the threshold</source>
        <translation>阈值之前的概率,16 位 PNG</translation>
    </message>
    <message>
        <source>Areas and volumes (table)</source>
        <translation>面积和体积(表格)</translation>
    </message>
    <message>
        <source>In pixels, and in mm where the files say how large a pixel is</source>
        <translation>以像素计；文件说明像素大小时也以毫米计</translation>
    </message>
    <message>
        <source>DICOM segmentation</source>
        <translation>DICOM 分割</translation>
    </message>
    <message>
        <source>Belongs to the DICOM images and names the patient as they do</source>
        <translation>属于 DICOM 图像，并和它们一样写明患者</translation>
    </message>
    <message>
        <source>NIfTI</source>
        <translation>NIfTI</translation>
    </message>
    <message>
        <source>Volumes of 0 and 1 in the space of the scan</source>
        <translation>扫描空间中 0 和 1 的体数据</translation>
    </message>
    <message>
        <source>COCO (JSON)</source>
        <translation>COCO(JSON)</translation>
    </message>
    <message>
        <source>One file with all masks as run lengths</source>
        <translation>一个文件，以游程编码包含所有掩膜</translation>
    </message>
    <message>
        <source>Training pairs (nnU-Net)</source>
        <translation>训练对(nnU-Net)</translation>
    </message>
    <message>
        <source>Images and label maps side by side</source>
        <translation>图像和标签图并排</translation>
    </message>
</context>
<context>
    <name>GoingOnOffer</name>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>What this fine-tune has learned so far is deleted; your labels are not touched</source>
        <translation>删除这次微调目前学到的内容；您的标注不受影响</translation>
    </message>
    <message>
        <source>A fine-tune is paused after round {epoch} of {epochs}; it takes no memory.</source>
        <translation>微调已在第 {epoch} 轮（共 {epochs} 轮）之后暂停；它不占用内存。</translation>
    </message>
    <message>
        <source>A fine-tune was cut off after round {epoch} of {epochs}; what it learned is kept.</source>
        <translation>微调在第 {epoch} 轮（共 {epochs} 轮）之后中断；已学到的内容已保留。</translation>
    </message>
    <message>
        <source>It goes on with your labels as they were when it began.</source>
        <translation>继续时使用开始时的标注。</translation>
    </message>
    <message>
        <source>Go on from round {epoch}</source>
        <translation>从第 {epoch} 轮继续</translation>
    </message>
</context>
<context>
    <name>ImageList</name>
    <message>
        <source>Find by name</source>
        <translation>按名称查找</translation>
    </message>
    <message>
        <source>Find images by name</source>
        <translation>按名称查找图像</translation>
    </message>
    <message>
        <source>Which images</source>
        <translation>显示哪些图像</translation>
    </message>
    <message>
        <source>Order of the images</source>
        <translation>图像排序</translation>
    </message>
    <message>
        <source>Show all images</source>
        <translation>显示所有图像</translation>
    </message>
    <message>
        <source>No image matches.</source>
        <translation>没有符合条件的图像。</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>By name</source>
        <translation>按名称</translation>
    </message>
    <message>
        <source>Most uncertain first</source>
        <translation>最不确定的优先</translation>
    </message>
    <message>
        <source>Shuffled</source>
        <translation>随机顺序</translation>
    </message>
    <message>
        <source>{accepted} of {total} accepted</source>
        <translation>已确认 {accepted} / {total}</translation>
    </message>
    <message>
        <source>{count} flagged</source>
        <translation>已标记 {count}</translation>
    </message>
    <message>
        <source>{count} rejected</source>
        <translation>不可用 {count}</translation>
    </message>
    <message>
        <source>No images yet</source>
        <translation>尚无图像</translation>
    </message>
    <message>
        <source>All ({count})</source>
        <translation>全部（{count}）</translation>
    </message>
    <message>
        <source>Not accepted yet ({count})</source>
        <translation>尚未确认（{count}）</translation>
    </message>
    <message>
        <source>Accepted ({count})</source>
        <translation>已确认（{count}）</translation>
    </message>
    <message>
        <source>Flagged ({count})</source>
        <translation>已标记（{count}）</translation>
    </message>
    <message>
        <source>Rejected ({count})</source>
        <translation>不可用（{count}）</translation>
    </message>
    <message>
        <source>Test set ({count})</source>
        <translation>测试集（{count}）</translation>
    </message>
</context>
<context>
    <name>ImageListModel</name>
    <message>
        <source>Patient: {patient}</source>
        <translation>患者：{patient}</translation>
    </message>
    <message>
        <source>Unseen</source>
        <translation>未查看</translation>
    </message>
    <message>
        <source>{count} slices · {status}</source>
        <translation>{count} 张切片 · {status}</translation>
    </message>
    <message>
        <source>{accepted} of {total} accepted</source>
        <translation>已确认 {accepted} / {total}</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>修改中</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>Uncertainty of the model: {percent} %</source>
        <translation>模型的不确定度：{percent} %</translation>
    </message>
    <message>
        <source>Flagged: {note}</source>
        <translation>已标记：{note}</translation>
    </message>
    <message>
        <source>Flagged</source>
        <translation>已标记</translation>
    </message>
</context>
<context>
    <name>LabelThresholdDialog</name>
    <message>
        <source>Best threshold for my labels</source>
        <translation>最适合我的标注的阈值</translation>
    </message>
    <message>
        <source>Use for this structure</source>
        <translation>用于此结构</translation>
    </message>
    <message>
        <source>Leave it to the model</source>
        <translation>由模型决定</translation>
    </message>
    <message>
        <source>Let new predictions of this structure start again where the model was best</source>
        <translation>让此结构的新预测重新从模型表现最佳的阈值开始</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The model&apos;s own masks of “{structure}” are compared with those that you accepted …</source>
        <translation>正在将模型自身的“{structure}”掩膜与您确认的掩膜进行比较…</translation>
    </message>
    <message>
        <source>Accepted masks drawn without a prediction, which do not count here: {count}.</source>
        <translation>未经预测而直接绘制的已确认掩膜（不计入此处）：{count} 个。</translation>
    </message>
    <message>
        <source>There is nothing to compare yet. Predict “{structure}” on some images and accept their masks.</source>
        <translation>目前没有可比较的内容。请在一些图像上预测“{structure}”并确认其掩膜。</translation>
    </message>
    <message>
        <source>At {threshold:g}</source>
        <translation>阈值 {threshold:g}</translation>
    </message>
    <message>
        <source>The slider now, {threshold:g}</source>
        <translation>当前滑块，{threshold:g}</translation>
    </message>
    <message>
        <source>Best, {threshold:g}</source>
        <translation>最佳，{threshold:g}</translation>
    </message>
    <message>
        <source>Mean Dice of the model&apos;s own masks of “{structure}”, before any correction, against the masks that you accepted. Images: {count}.</source>
        <translation>模型自身的“{structure}”掩膜（未经任何修正）与您确认的掩膜之间的平均 Dice。图像数：{count}。</translation>
    </message>
    <message>
        <source>The best threshold was chosen on these very images, so its figure flatters a little: expect somewhat less on new ones. If you use it, images that you have touched or accepted keep their own threshold.</source>
        <translation>最佳阈值正是在这些图像上选出的，因此其数值略偏乐观：在新图像上会稍低一些。使用它时，您修改过或已确认的图像保留各自的阈值。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>New predictions of “{structure}” start where the model was best.</source>
        <translation>“{structure}”的新预测从模型表现最佳的阈值开始。</translation>
    </message>
    <message>
        <source>New predictions of “{structure}” start at {threshold:g}.</source>
        <translation>“{structure}”的新预测从 {threshold:g} 开始。</translation>
    </message>
</context>
<context>
    <name>LeaveDialog</name>
    <message>
        <source>The model is still learning</source>
        <translation>模型仍在学习</translation>
    </message>
    <message>
        <source>If you stop the fine-tune now, there will be no new version. In the background it goes on without this window; when you open the project again, you see how far it is, and its result. Your labels are saved in any case.</source>
        <translation>如果现在停止微调，就不会有新版本。在后台，它不需要这个窗口也会继续；再次打开项目时，您会看到进度和结果。无论如何，您的标注都已保存。</translation>
    </message>
    <message>
        <source>Stay here</source>
        <translation>留在这里</translation>
    </message>
    <message>
        <source>Go on in the background</source>
        <translation>在后台继续</translation>
    </message>
    <message>
        <source>Stop it and leave</source>
        <translation>停止并离开</translation>
    </message>
</context>
<context>
    <name>LevelHistogram</name>
    <message>
        <source>How many pixels have which probability</source>
        <translation>各概率对应的像素数</translation>
    </message>
    <message>
        <source>How many pixels the model gives which probability, from 0 at the left to 1 at the right; the height grows with the logarithm. Coloured is what belongs to the mask before corrections.</source>
        <translation>模型给出的各概率所对应的像素数，左端为 0，右端为 1；高度按对数增长。着色部分为修正前属于掩膜的像素。</translation>
    </message>
</context>
<context>
    <name>LookPanel</name>
    <message>
        <source>Opacity of the mask</source>
        <translation>掩膜不透明度</translation>
    </message>
    <message>
        <source>Filled</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <source>Uncertainty</source>
        <translation>不确定性</translation>
    </message>
    <message>
        <source>Look of the mask</source>
        <translation>掩膜外观</translation>
    </message>
    <message>
        <source>opacity {share} %</source>
        <translation>不透明度 {share} %</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Segment</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Model – learning …</source>
        <translation>模型 – 正在学习 …</translation>
    </message>
</context>
<context>
    <name>MaskImportDialog</name>
    <message>
        <source>Import masks</source>
        <translation>导入掩膜</translation>
    </message>
    <message>
        <source>Structure</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>Mask</source>
        <translation>掩膜</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Count as</source>
        <translation>计为</translation>
    </message>
    <message>
        <source>In work: I will look at each of them</source>
        <translation>处理中：我会逐个查看</translation>
    </message>
    <message>
        <source>Accepted: they are right</source>
        <translation>已确认：它们是正确的</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Masks are paired with images by their names. Each mask becomes one step that you can undo; your own masks on these images are replaced by it.</source>
        <translation>掩膜按名称与图像配对。每个掩膜成为可以撤销的一步；您在这些图像上自己的掩膜会被它替换。</translation>
    </message>
    <message>
        <source>Choose a folder with masks</source>
        <translation>选择含有掩膜的文件夹</translation>
    </message>
    <message>
        <source>Choose masks</source>
        <translation>选择掩膜</translation>
    </message>
    <message>
        <source>left out: no image of this name</source>
        <translation>略去：没有此名称的图像</translation>
    </message>
    <message>
        <source>left out: several images of this name</source>
        <translation>略去：有多个此名称的图像</translation>
    </message>
    <message>
        <source>left out: a second mask of the same image</source>
        <translation>略去：同一图像的第二个掩膜</translation>
    </message>
    <message>
        <source>left out: not as large as its image</source>
        <translation>略去：与其图像大小不同</translation>
    </message>
    <message>
        <source>{image} (replaces your mask)</source>
        <translation>{image}(替换您的掩膜)</translation>
    </message>
    <message>
        <source>Masks to import: {count}. Left out: {left_out}</source>
        <translation>要导入的掩膜：{count}。略去：{left_out}</translation>
    </message>
    <message>
        <source>Masks imported: {count}.</source>
        <translation>已导入掩膜：{count}。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>MaskPanel</name>
    <message>
        <source>Islands below this size</source>
        <translation>小于此面积的孤立区域</translation>
    </message>
    <message>
        <source>Radius of smoothing</source>
        <translation>平滑半径</translation>
    </message>
    <message>
        <source>Width to grow or shrink by</source>
        <translation>扩大或缩小的宽度</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>填充孔洞</translation>
    </message>
    <message>
        <source>Keep the largest</source>
        <translation>保留最大区域</translation>
    </message>
    <message>
        <source>Remove islands below</source>
        <translation>移除孤立区域，小于</translation>
    </message>
    <message>
        <source>Smooth with radius</source>
        <translation>平滑，半径</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>扩大</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Whole mask</source>
        <translation>整个掩膜</translation>
    </message>
    <message>
        <source>px</source>
        <translation>像素</translation>
    </message>
</context>
<context>
    <name>MaskQuestion</name>
    <message>
        <source>Values that are the structure</source>
        <translation>属于结构的值</translation>
    </message>
    <message>
        <source>Brighter than this is the structure</source>
        <translation>比此值更亮的是结构</translation>
    </message>
    <message>
        <source>Brighter than this is the structure:</source>
        <translation>比此值更亮的是结构：</translation>
    </message>
    <message>
        <source>The rest is the structure (inverted)</source>
        <translation>其余部分是结构(反相)</translation>
    </message>
    <message>
        <source>The preview is right</source>
        <translation>预览正确</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>{value}: {share} % of all pixels</source>
        <translation>{value}:占所有像素的 {share} %</translation>
    </message>
    <message>
        <source>Most of the edge is white: the masks may be inverted.</source>
        <translation>边缘大部分是白色：掩膜可能是反相的。</translation>
    </message>
    <message>
        <source>The masks hold 0 and 1 in place of black and white.</source>
        <translation>掩膜用 0 和 1 代替黑和白。</translation>
    </message>
    <message>
        <source>The masks are colours with numbers.</source>
        <translation>掩膜是带编号的颜色。</translation>
    </message>
    <message>
        <source>The masks hold several values.</source>
        <translation>掩膜含有多个值。</translation>
    </message>
    <message>
        <source>The masks hold many shades, as a JPEG file does: their edges are not exact.</source>
        <translation>掩膜含有许多灰阶，如同 JPEG 文件：其边缘不精确。</translation>
    </message>
    <message>
        <source>The file holds labels with names.</source>
        <translation>文件含有带名称的标签。</translation>
    </message>
    <message>
        <source>The masks are black and white.</source>
        <translation>掩膜是黑白的。</translation>
    </message>
    <message>
        <source>Say what is the structure, and look at the preview.</source>
        <translation>请说明哪些是结构，并查看预览。</translation>
    </message>
</context>
<context>
    <name>MeasureEdit</name>
    <message>
        <source>mm²</source>
        <translation>mm²</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>毫米</translation>
    </message>
    <message>
        <source>px</source>
        <translation>像素</translation>
    </message>
</context>
<context>
    <name>ModelArea</name>
    <message>
        <source>Show how it learned</source>
        <translation>显示学习过程</translation>
    </message>
    <message>
        <source>Hide how it learned</source>
        <translation>隐藏学习过程</translation>
    </message>
</context>
<context>
    <name>ModelExportDialog</name>
    <message>
        <source>Export {name}</source>
        <translation>导出 {name}</translation>
    </message>
    <message>
        <source>A whole model in the layout of Sa2VA</source>
        <translation>完整模型（Sa2VA 的格式）</translation>
    </message>
    <message>
        <source>Only what was learned</source>
        <translation>仅学习所得的部分</translation>
    </message>
    <message>
        <source>Base model and version in one folder, for every program that opens Sa2VA models.</source>
        <translation>基础模型与版本合并在一个文件夹中，可供任何能打开 Sa2VA 模型的程序使用。</translation>
    </message>
    <message>
        <source>A small folder. Whoever uses it needs the same base model: {base}.</source>
        <translation>一个很小的文件夹。使用者需要同一个基础模型：{base}。</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Stopped. Nothing was written.</source>
        <translation>已停止，没有写入任何内容。</translation>
    </message>
    <message>
        <source>Choose where the model&apos;s folder is made</source>
        <translation>选择在哪里创建模型文件夹</translation>
    </message>
    <message>
        <source>Written and read again. It is in {folder}.</source>
        <translation>已写入并重新读取核对。位置：{folder}。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Add from folder…</source>
        <translation>从文件夹添加…</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Cancel the download</source>
        <translation>取消下载</translation>
    </message>
    <message>
        <source>Use for this project</source>
        <translation>用于本项目</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>On the disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>Memory, graphics card</source>
        <translation>所需显存</translation>
    </message>
    <message>
        <source>Memory, processor</source>
        <translation>处理器所需内存</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>A larger model usually sees better and needs more memory. A model is downloaded once; your images stay on this computer.</source>
        <translation>较大的模型通常看得更准，也需要更多内存。模型只需下载一次；您的图像始终留在本机。</translation>
    </message>
    <message>
        <source>Downloaded models are kept in {folder}</source>
        <translation>已下载的模型存放在 {folder}</translation>
    </message>
    <message>
        <source>Go on downloading</source>
        <translation>继续下载</translation>
    </message>
    <message>
        <source>Downloading {name} …</source>
        <translation>正在下载 {name}…</translation>
    </message>
    <message>
        <source>Stopping …</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Downloading {name}: {done} of {total}</source>
        <translation>正在下载 {name}：{done} / {total}</translation>
    </message>
    <message>
        <source>{name} is on this computer now.</source>
        <translation>{name} 现已在本机上。</translation>
    </message>
    <message>
        <source>The download of {name} was stopped. What came is kept: it goes on from there next time.</source>
        <translation>{name} 的下载已停止。已收到的部分会保留：下次从该处继续。</translation>
    </message>
    <message>
        <source>Choose the folder of a Sa2VA model</source>
        <translation>选择 Sa2VA 模型所在的文件夹</translation>
    </message>
    <message>
        <source>{name} is in the list now.</source>
        <translation>{name} 已在列表中。</translation>
    </message>
    <message>
        <source>Loading {name} …</source>
        <translation>正在加载 {name}…</translation>
    </message>
    <message>
        <source>{name} is in use for this project.</source>
        <translation>本项目现在使用 {name}。</translation>
    </message>
</context>
<context>
    <name>NameChoice</name>
    <message>
        <source>Names of the files</source>
        <translation>文件的名称</translation>
    </message>
    <message>
        <source>A folder for each structure</source>
        <translation>每个结构一个文件夹</translation>
    </message>
    <message>
        <source>All in one folder</source>
        <translation>全部放在一个文件夹</translation>
    </message>
    <message>
        <source>The folders of the images again</source>
        <translation>沿用图像的文件夹</translation>
    </message>
    <message>
        <source>Names of my own …</source>
        <translation>自定义名称…</translation>
    </message>
    <message>
        <source>Pattern of the names</source>
        <translation>名称的模式</translation>
    </message>
    <message>
        <source>{structure}, {image}, {folder} and {patient} are filled in; / makes folders</source>
        <translation>会填入 {structure}、{image}、{folder} 和 {patient};/ 表示文件夹</translation>
    </message>
    <message>
        <source>For example: {name}</source>
        <translation>例如：{name}</translation>
    </message>
</context>
<context>
    <name>OriginChoice</name>
    <message>
        <source>Where the learning begins</source>
        <translation>学习的起点</translation>
    </message>
    <message>
        <source>Begin with the base model</source>
        <translation>从基础模型开始</translation>
    </message>
    <message>
        <source>Go on from {name}</source>
        <translation>从 {name} 继续</translation>
    </message>
    <message>
        <source>What the version knows is kept and built upon; it learns from all your labels again.</source>
        <translation>保留该版本已学到的内容并在其上继续；它会重新学习您的所有标注。</translation>
    </message>
</context>
<context>
    <name>PatientsDialog</name>
    <message>
        <source>Patients</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>Images of one patient are alike, so a fine-tune keeps all of them together: to learn from, or to measure on. Give the images of one patient the same word; it stays in this project.</source>
        <translation>同一患者的图像相似，因此微调会将它们放在一起：要么用于学习，要么用于测量。请为同一患者的图像填写相同的词；它只保存在此项目中。</translation>
    </message>
    <message>
        <source>Rule for all images</source>
        <translation>适用于所有图像的规则</translation>
    </message>
    <message>
        <source>Fill in by a rule …</source>
        <translation>按规则填写……</translation>
    </message>
    <message>
        <source>The file name up to the first “_” or “-”</source>
        <translation>文件名中第一个“_”或“-”之前的部分</translation>
    </message>
    <message>
        <source>Each image is a patient of its own</source>
        <translation>每幅图像各为一名患者</translation>
    </message>
    <message>
        <source>Each folder is a patient</source>
        <translation>每个文件夹为一名患者</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>Predictions</name>
    <message>
        <source>Stopped.</source>
        <translation>已停止。</translation>
    </message>
    <message>
        <source>Loading the model …</source>
        <translation>正在加载模型 …</translation>
    </message>
    <message>
        <source>Looking at {image} …</source>
        <translation>正在分析 {image} …</translation>
    </message>
    <message>
        <source>{count} more</source>
        <translation>还有 {count} 张</translation>
    </message>
    <message>
        <source>Nothing reaches this threshold. Lower it to see what the model suspects.</source>
        <translation>没有像素达到此阈值。降低阈值可查看模型怀疑的区域。</translation>
    </message>
    <message>
        <source>The model finds nothing of it on this image.</source>
        <translation>模型在此图像上没有找到该结构。</translation>
    </message>
    <message>
        <source>the processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>The model answered without a mask.</source>
        <translation>模型的回答中没有掩膜。</translation>
    </message>
    <message>
        <source>the graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>{count} structures in {seconds:.1f} s on {place}.</source>
        <translation>在{place}上用 {seconds:.1f} 秒查找了 {count} 个结构。</translation>
    </message>
    <message>
        <source>Found in {seconds:.1f} s on {place}.</source>
        <translation>已找到，{place}用时 {seconds:.1f} 秒。</translation>
    </message>
</context>
<context>
    <name>PresetChoice</name>
    <message>
        <source>It learns how masks are drawn. Quick also without a graphics card; the file is small.</source>
        <translation>学习如何绘制掩膜。没有显卡也很快；文件较小。</translation>
    </message>
    <message>
        <source>It learns a small addition to how masks are drawn. Quick; the smallest file of all.</source>
        <translation>学习对掩膜绘制方式的一个小补充。速度快；文件最小。</translation>
    </message>
    <message>
        <source>It learns what your words mean as well. For words that the model takes for something else; the file is of medium size. Large models need a graphics card.</source>
        <translation>还学习您的用词的含义。适用于被模型误解的用词；文件大小中等。大型模型需要显卡。</translation>
    </message>
    <message>
        <source>It learns how your images look as well. For images unlike those that the model knows; slow, and best with a graphics card. The file is large.</source>
        <translation>还学习您的图像的样子。适用于与模型所熟悉的图像不同的图像；速度慢，最好有显卡。文件较大。</translation>
    </message>
    <message>
        <source>What the model learns</source>
        <translation>模型学习什么</translation>
    </message>
    <message>
        <source>Quick: how masks are drawn</source>
        <translation>快速：学习如何绘制掩膜</translation>
    </message>
    <message>
        <source>Small: an addition to it</source>
        <translation>小型：对绘制方式的小补充</translation>
    </message>
    <message>
        <source>Deep: your words too</source>
        <translation>深入：还学习您的用词</translation>
    </message>
    <message>
        <source>Whole: your images too</source>
        <translation>整体：还学习您的图像</translation>
    </message>
    <message>
        <source>Thin structure: keep lines whole</source>
        <translation>细长结构：保持线条完整</translation>
    </message>
    <message>
        <source>For vessels, ducts and membranes: a broken line counts for more than its few pixels.</source>
        <translation>适用于血管、导管和膜：线条中断比其少量像素更为重要。</translation>
    </message>
    <message>
        <source>How long it takes is measured and said before the learning begins.</source>
        <translation>所需时间会在学习开始前测量并告知。</translation>
    </message>
    <message>
        <source>On this computer it will take about a minute.</source>
        <translation>在这台电脑上大约需要一分钟。</translation>
    </message>
    <message>
        <source>On this computer it will take about {n} min.</source>
        <translation>在这台电脑上大约需要 {n} 分钟。</translation>
    </message>
    <message>
        <source>On this computer it will take about {n} h.</source>
        <translation>在这台电脑上大约需要 {n} 小时。</translation>
    </message>
</context>
<context>
    <name>PrivacyDialog</name>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Nothing of this leaves the computer by itself. This is what the folder of the project holds:</source>
        <translation>这些内容不会自行离开这台计算机。项目文件夹中含有：</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>正在查看…</translation>
    </message>
    <message>
        <source>A copy for a colleague holds the images as you see them (8-bit PNG) under new names, with all masks and strokes; no paths, file names, patients, notes or DICOM entries. Look at the pictures yourself: what is written in them stays.</source>
        <translation>给同事的副本包含您所看到的图像（8 位 PNG），使用新名称，并带有全部掩膜和笔画；不含路径、文件名、患者、备注或 DICOM 条目。请自己看一遍图像：写在画面里的内容会保留。</translation>
    </message>
    <message>
        <source>Copy for a colleague…</source>
        <translation>给同事的副本…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Choose an empty folder for the copy</source>
        <translation>为副本选择一个空文件夹</translation>
    </message>
    <message>
        <source>The copy is ready. Images in it: {count}.</source>
        <translation>副本已完成。其中的图像：{count}。</translation>
    </message>
    <message>
        <source>Nothing that names a patient, a user or a place.</source>
        <translation>没有任何指明患者、用户或地点的内容。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Paths of images outside of the project</source>
        <translation>项目之外图像的路径</translation>
    </message>
    <message>
        <source>File names of images</source>
        <translation>图像的文件名</translation>
    </message>
    <message>
        <source>Words for patients</source>
        <translation>患者的称呼</translation>
    </message>
    <message>
        <source>Notes on images</source>
        <translation>图像的备注</translation>
    </message>
    <message>
        <source>Folder of the last export</source>
        <translation>上次导出的文件夹</translation>
    </message>
    <message>
        <source>DICOM files with names or numbers of patients</source>
        <translation>含有患者姓名或编号的 DICOM 文件</translation>
    </message>
    <message>
        <source>Pictures with entries beside their pixels (EXIF)</source>
        <translation>除像素外还带有条目的图片(EXIF)</translation>
    </message>
    <message>
        <source>Log files</source>
        <translation>日志文件</translation>
    </message>
    <message>
        <source>Older copies of the project file</source>
        <translation>项目文件的旧副本</translation>
    </message>
    <message>
        <source>Tables of exported masks</source>
        <translation>导出掩膜的表格</translation>
    </message>
    <message>
        <source>Folders of fine-tunes</source>
        <translation>微调的文件夹</translation>
    </message>
</context>
<context>
    <name>ProjectFiles</name>
    <message>
        <source>Open a project folder</source>
        <translation>打开项目文件夹</translation>
    </message>
    <message>
        <source>Choose an empty folder for the new project</source>
        <translation>为新项目选择一个空文件夹</translation>
    </message>
    <message>
        <source>Choose images</source>
        <translation>选择图像</translation>
    </message>
    <message>
        <source>Choose a folder with images</source>
        <translation>选择图像文件夹</translation>
    </message>
    <message>
        <source>and {count} more</source>
        <translation>以及另外 {count} 个</translation>
    </message>
</context>
<context>
    <name>PromptChooser</name>
    <message>
        <source>Kind of image</source>
        <translation>图像类型</translation>
    </message>
    <message>
        <source>All kinds of images</source>
        <translation>所有图像类型</translation>
    </message>
    <message>
        <source>Language of the prompt</source>
        <translation>提示词的语言</translation>
    </message>
    <message>
        <source>Language of the words for the model; the published models learned more from English</source>
        <translation>给模型的提示词所用的语言；已发布的模型主要从英文学习</translation>
    </message>
    <message>
        <source>Often asked for</source>
        <translation>常用结构</translation>
    </message>
    <message>
        <source>Choose, or type to find</source>
        <translation>选择，或输入文字查找</translation>
    </message>
    <message>
        <source>Ultrasound</source>
        <translation>超声</translation>
    </message>
    <message>
        <source>CT</source>
        <translation>CT</translation>
    </message>
    <message>
        <source>MR</source>
        <translation>MR</translation>
    </message>
    <message>
        <source>X-ray</source>
        <translation>X 线</translation>
    </message>
    <message>
        <source>Fundus of the eye</source>
        <translation>眼底</translation>
    </message>
    <message>
        <source>Endoscopy</source>
        <translation>内镜</translation>
    </message>
    <message>
        <source>Dermoscopy</source>
        <translation>皮肤镜</translation>
    </message>
    <message>
        <source>Microscopy</source>
        <translation>显微镜</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>查找范围(&amp;L)：</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>文件类型(&amp;T)：</translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Forget all</source>
        <translation>全部清除</translation>
    </message>
    <message>
        <source>Forget which projects were open; the projects themselves stay</source>
        <translation>清除打开过的项目记录；项目本身保持不变</translation>
    </message>
    <message>
        <source>Opened lately</source>
        <translation>最近打开</translation>
    </message>
    <message>
        <source>Not there any more: {folder}</source>
        <translation>已不存在：{folder}</translation>
    </message>
    <message>
        <source>not there any more</source>
        <translation>已不存在</translation>
    </message>
    <message>
        <source>Forget {project}</source>
        <translation>从列表中移除 {project}</translation>
    </message>
</context>
<context>
    <name>RecentMenu</name>
    <message>
        <source>Open &amp;recent</source>
        <translation>打开最近的项目(&amp;R)</translation>
    </message>
    <message>
        <source>{project} – not there any more</source>
        <translation>{project} – 已不存在</translation>
    </message>
    <message>
        <source>&amp;Remove those that are not there any more</source>
        <translation>移除已不存在的项目(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Forget all</source>
        <translation>全部清除(&amp;F)</translation>
    </message>
</context>
<context>
    <name>RestoreDialog</name>
    <message>
        <source>The project is damaged</source>
        <translation>项目已损坏</translation>
    </message>
    <message>
        <source>The file of the project “{project}” is damaged. It is kept, whatever you choose.</source>
        <translation>项目“{project}”的文件已损坏。无论您如何选择，它都会被保留。</translation>
    </message>
    <message>
        <source>Repair it</source>
        <translation>修复</translation>
    </message>
    <message>
        <source>Only look at it</source>
        <translation>仅查看</translation>
    </message>
    <message>
        <source>A sound copy of {when}; what was done after it is not in it.</source>
        <translation>{when} 的完好副本；其后所做的工作不在其中。</translation>
    </message>
    <message>
        <source>Everything that can be read is put together. Images whose mask lost something are flagged.</source>
        <translation>把所有能读取的内容重新组合。掩膜有所缺失的图像会加上旗标。</translation>
    </message>
    <message>
        <source>What can be read is opened for looking and exporting; nothing can be changed.</source>
        <translation>打开能读取的内容以供查看和导出；不能更改任何内容。</translation>
    </message>
    <message>
        <source>damaged: look at this mask</source>
        <translation>已损坏：请检查此掩膜</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Leave it as it is</source>
        <translation>保持原样</translation>
    </message>
    <message>
        <source>Go on with the backup</source>
        <translation>用备份继续</translation>
    </message>
</context>
<context>
    <name>ResultPanel</name>
    <message>
        <source>Each structure, each patient, worst images…</source>
        <translation>各结构、各患者、最差的图像…</translation>
    </message>
    <message>
        <source>Last fine-tune: {name}</source>
        <translation>上次微调：{name}</translation>
    </message>
    <message>
        <source>{name} is in use.</source>
        <translation>{name} 正在使用。</translation>
    </message>
    <message>
        <source>{name} is not in use.</source>
        <translation>{name} 未在使用。</translation>
    </message>
    <message>
        <source>Dice, measured on {images} masks of {patients} patients that were kept aside; 1 is perfect.</source>
        <translation>Dice 在 {patients} 名留出患者的 {images} 个掩膜上测得；1 表示完全一致。</translation>
    </message>
    <message>
        <source>Dice of {images} masks of {patients} patients; 1 is perfect. They were few, so the model learned {rounds} times, each time without a part of the patients, and was measured on that part. The version itself has learned from all.</source>
        <translation>{patients} 名患者的 {images} 个掩膜的 Dice；1 为完美。由于数量少，模型学习了 {rounds} 次，每次不用一部分患者，并在这部分患者上测量。该版本本身从全部患者学习。</translation>
    </message>
    <message>
        <source>Dice of {images} masks; 1 is perfect. They were few, so the model learned {rounds} times, each time without a part of the images, and was measured on that part. The version itself has learned from all. All images count as one patient or very few: for a new patient it may do worse.</source>
        <translation>{images} 个掩膜的 Dice；1 为完美。由于数量少，模型学习了 {rounds} 次，每次不用一部分图像，并在这部分图像上测量。该版本本身从全部图像学习。所有图像都算作一名或极少数患者：对新患者可能效果较差。</translation>
    </message>
    <message>
        <source>Before, threshold 0.5</source>
        <translation>微调前，阈值 0.5</translation>
    </message>
    <message>
        <source>Before, best threshold {threshold:g}</source>
        <translation>微调前，最佳阈值 {threshold:g}</translation>
    </message>
    <message>
        <source>In use before, best threshold {threshold:g}</source>
        <translation>之前使用的版本，最佳阈值 {threshold:g}</translation>
    </message>
    <message>
        <source>After, best threshold {threshold:g}</source>
        <translation>微调后，最佳阈值 {threshold:g}</translation>
    </message>
    <message>
        <source>Distance of the edges (95 %): {before:.1f} px before, {after:.1f} px after.</source>
        <translation>边缘的距离（95 %）：之前 {before:.1f} 像素，之后 {after:.1f} 像素。</translation>
    </message>
    <message>
        <source>Edges in the right place: {before:.0%} before, {after:.0%} after.</source>
        <translation>位置正确的边缘：之前 {before:.0%}，之后 {after:.0%}。</translation>
    </message>
    <message>
        <source>Dice of the centrelines: {before:.3f} before, {after:.3f} after.</source>
        <translation>中心线的 Dice：之前 {before:.3f}，之后 {after:.3f}。</translation>
    </message>
    <message>
        <source>Pieces of a mask: {before:.0f} before, {after:.0f} after.</source>
        <translation>一个掩膜的块数：之前 {before:.0f}，之后 {after:.0f}。</translation>
    </message>
    <message>
        <source>{count} of the images kept aside look almost like images that were learned from: they may be of the same patient, and then these figures are too good.</source>
        <translation>留出的图像中有 {count} 张与学习所用的图像几乎相同：它们可能属于同一患者，这样的话这些数值就偏高了。</translation>
    </message>
</context>
<context>
    <name>ReviewBar</name>
    <message>
        <source>Test set: no fine-tune learns from this patient.</source>
        <translation>测试集：任何微调都不从此患者学习。</translation>
    </message>
    <message>
        <source>Rejected: not exported, not learned from and not asked for again.</source>
        <translation>不可用：不导出，不用于学习，也不再预测。</translation>
    </message>
    <message>
        <source>Use it again</source>
        <translation>恢复使用</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>更改…</translation>
    </message>
    <message>
        <source>Take out</source>
        <translation>移出</translation>
    </message>
    <message>
        <source>Flagged, without a note.</source>
        <translation>已标记，无备注。</translation>
    </message>
</context>
<context>
    <name>SegmentPanel</name>
    <message>
        <source>Accept and next</source>
        <translation>确认并转到下一张</translation>
    </message>
    <message>
        <source>To the left more, to the right less of the prediction belongs to the mask</source>
        <translation>向左移，预测结果中归入掩膜的部分增多；向右移则减少</translation>
    </message>
</context>
<context>
    <name>SelfCheckDialog</name>
    <message>
        <source>Check this installation</source>
        <translation>检查此安装</translation>
    </message>
    <message>
        <source>Looking at packages, model, graphics card and room …</source>
        <translation>正在检查软件包、模型、显卡和空间……</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Not as it should be: {count} of {all}.</source>
        <translation>{all} 项中有 {count} 项不正常。</translation>
    </message>
    <message>
        <source>Everything is as it should be.</source>
        <translation>一切正常。</translation>
    </message>
    <message>
        <source>ok</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>not ok</source>
        <translation>不正常</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>As the desktop</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Full (32 bits)</source>
        <translation>全精度（32 位）</translation>
    </message>
    <message>
        <source>Half (16 bits)</source>
        <translation>半精度（16 位）</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>4 bits</source>
        <translation>4 位</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>The language changes when the program is started again.</source>
        <translation>重新启动程序后语言才会改变。</translation>
    </message>
    <message>
        <source>Where the model computes. Automatic takes a graphics card where there is one; the processor is slower but always there.</source>
        <translation>模型在哪里计算。“自动”在有显卡时使用显卡；处理器较慢，但总是可用。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>This computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>A Ray cluster</source>
        <translation>Ray 集群</translation>
    </message>
    <message>
        <source>Where to learn</source>
        <translation>在哪里学习</translation>
    </message>
    <message>
        <source>Address of the Ray cluster</source>
        <translation>Ray 集群的地址</translation>
    </message>
    <message>
        <source>For a cluster the labelled pictures, their masks and the words leave this computer; names, dates and other data of patients do not, unless they are written in the pictures.</source>
        <translation>使用集群时，已标注的图片、其掩膜和提示词会离开本机；患者的姓名、日期和其他数据不会，除非它们写在图片里。</translation>
    </message>
    <message>
        <source>A cluster needs an addition that is not installed: sa2va-annotator[ray].</source>
        <translation>使用集群需要一个尚未安装的附加组件：sa2va-annotator[ray]。</translation>
    </message>
    <message>
        <source>Fewer bits take less memory, and masks may differ a little. Automatic is half on a graphics card, full on the processor.</source>
        <translation>位数越少，占用的内存越少，掩膜可能略有不同。“自动”在显卡上用半精度，在处理器上用全精度。</translation>
    </message>
    <message>
        <source>8 and 4 bits need an addition that is not installed.</source>
        <translation>8 位和 4 位需要一个尚未安装的附加组件。</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keys and mouse</source>
        <translation>按键与鼠标</translation>
    </message>
    <message>
        <source>Find a command or a key</source>
        <translation>查找命令或按键</translation>
    </message>
    <message>
        <source>Change the key…</source>
        <translation>更改按键…</translation>
    </message>
    <message>
        <source>Swap the two</source>
        <translation>交换两者</translation>
    </message>
    <message>
        <source>No key</source>
        <translation>不用按键</translation>
    </message>
    <message>
        <source>Usual key</source>
        <translation>默认按键</translation>
    </message>
    <message>
        <source>All keys as usual</source>
        <translation>全部恢复默认按键</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>作用</translation>
    </message>
    <message>
        <source>Keys to hold down</source>
        <translation>需按住的键</translation>
    </message>
    <message>
        <source>A key to hold down stands alone, without Ctrl, Alt or Shift.</source>
        <translation>需按住的键只能是单独一个键，不能带 Ctrl、Alt 或 Shift。</translation>
    </message>
    <message>
        <source>{key} is needed to get around in the window; choose another key.</source>
        <translation>{key} 用于在窗口中移动；请选择其他按键。</translation>
    </message>
    <message>
        <source>{key} is the key of “{other}”; nothing was changed.</source>
        <translation>{key} 已用于“{other}”；未做任何更改。</translation>
    </message>
    <message>
        <source>Press the key …</source>
        <translation>请按键…</translation>
    </message>
    <message>
        <source>Double-click a command, or press Enter on it, to give it another key.</source>
        <translation>双击某个命令，或在其上按回车键，即可更改按键。</translation>
    </message>
    <message>
        <source>Press the new key of “{command}”; Esc leaves it as it is.</source>
        <translation>请按“{command}”的新按键；按 Esc 保持不变。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SliceBar</name>
    <message>
        <source>Slice</source>
        <translation>切片</translation>
    </message>
    <message>
        <source>Unseen</source>
        <translation>未查看</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>修改中</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>Slice of this stack; also Shift + mouse wheel</source>
        <translation>本序列的切片；也可用 Shift + 鼠标滚轮</translation>
    </message>
</context>
<context>
    <name>SplitView</name>
    <message>
        <source>What is shown beside your mask</source>
        <translation>在您的掩膜旁显示的内容</translation>
    </message>
    <message>
        <source>Predict with it</source>
        <translation>用它预测</translation>
    </message>
    <message>
        <source>This version has not seen the image yet. Its answer is shown here and changes nothing</source>
        <translation>此版本尚未预测过这张图像。它的结果只在此处显示，不会改变任何内容</translation>
    </message>
    <message>
        <source>Your mask</source>
        <translation>您的掩膜</translation>
    </message>
    <message>
        <source>Predicting …</source>
        <translation>正在预测…</translation>
    </message>
</context>
<context>
    <name>StructureDialog</name>
    <message>
        <source>Structure</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>Polyp</source>
        <translation>息肉</translation>
    </message>
    <message>
        <source>the polyp</source>
        <translation>the polyp</translation>
    </message>
    <message>
        <source>Describe it in a few words, as to a colleague. The model looks for exactly this.</source>
        <translation>像对同事说明一样，用几个词描述它；模型只按这些词查找。建议使用英文。</translation>
    </message>
    <message>
        <source>Colour {number}</source>
        <translation>颜色 {number}</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>细节</translation>
    </message>
    <message>
        <source>Normal: the whole picture at once</source>
        <translation>普通：一次看整幅图像</translation>
    </message>
    <message>
        <source>Fine: in 4 parts, 4 times slower</source>
        <translation>精细：分 4 部分，慢 4 倍</translation>
    </message>
    <message>
        <source>Very fine: in 9 parts, 9 times slower</source>
        <translation>非常精细：分 9 部分，慢 9 倍</translation>
    </message>
    <message>
        <source>Finer detail is for thin structures, such as vessels.</source>
        <translation>更精细的细节适用于血管等细小结构。</translation>
    </message>
    <message>
        <source>New structure</source>
        <translation>新建结构</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Often asked for</source>
        <translation>常用结构</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Colour</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>the {name}</source>
        <translation>{name}</translation>
    </message>
</context>
<context>
    <name>StructureList</name>
    <message>
        <source>Structures</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>{status} · {threshold}</source>
        <translation>{status} · {threshold}</translation>
    </message>
    <message>
        <source>{area} mm²</source>
        <translation>{area} mm²</translation>
    </message>
    <message>
        <source>{area} px</source>
        <translation>{area} px</translation>
    </message>
    <message>
        <source>Unseen</source>
        <translation>未查看</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>In work</source>
        <translation>修改中</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已确认</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>Hide its masks</source>
        <translation>隐藏它的掩膜</translation>
    </message>
    <message>
        <source>Show its masks</source>
        <translation>显示它的掩膜</translation>
    </message>
    <message>
        <source>Unlock it</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Lock it: nothing changes its masks</source>
        <translation>锁定：任何操作都不会改变它的掩膜</translation>
    </message>
    <message>
        <source>Click to work on it, drag to move it. The number below is its threshold on this image. Masks may overlap, and each is kept and exported whole; where one picture has to hold several, the upper one wins.</source>
        <translation>单击以处理该结构，拖动以移动位置。下方的数字是它在这张图像上的阈值。掩膜可以重叠，每个都会完整保存和导出；当一张图中必须包含多个结构时，以列表中靠上的为准。</translation>
    </message>
</context>
<context>
    <name>StructurePanel</name>
    <message>
        <source>Structures</source>
        <translation>结构</translation>
    </message>
    <message>
        <source>Masks may overlap: each is kept and exported whole. Where one picture has to hold several, the upper one wins.</source>
        <translation>掩膜可以重叠：每个都会完整保存和导出。当一张图中必须包含多个结构时，以列表中靠上的为准。</translation>
    </message>
    <message>
        <source>Change name, prompt or colour</source>
        <translation>更改名称、提示词或颜色</translation>
    </message>
    <message>
        <source>Add a structure</source>
        <translation>添加结构</translation>
    </message>
    <message>
        <source>The model looks for</source>
        <translation>模型要查找的内容</translation>
    </message>
    <message>
        <source>for example: the polyp</source>
        <translation>例如：the polyp</translation>
    </message>
    <message>
        <source>Prompt for the model</source>
        <translation>给模型的提示词</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>All structures</source>
        <translation>所有结构</translation>
    </message>
    <message>
        <source>Name what you look for…</source>
        <translation>为要找的结构命名…</translation>
    </message>
    <message>
        <source>Add a structure: its name, the words for the model, and a colour</source>
        <translation>添加结构：名称、给模型的提示词和颜色</translation>
    </message>
    <message>
        <source>Let the model decide whether it is there</source>
        <translation>由模型判断该结构是否存在</translation>
    </message>
    <message>
        <source>The model answers in words and may find nothing, or several masks; this takes longer</source>
        <translation>模型用文字回答，可能没有掩膜，也可能有多个掩膜；耗时较长</translation>
    </message>
    <message>
        <source>Stop predicting</source>
        <translation>停止预测</translation>
    </message>
    <message>
        <source>Predict the next image automatically</source>
        <translation>自动预测下一张图像</translation>
    </message>
    <message>
        <source>After the first Predict, images that nobody has worked on are predicted when you come to them</source>
        <translation>首次点击“预测”之后，每当您转到一张尚未处理过的图像，都会自动预测</translation>
    </message>
</context>
<context>
    <name>ThresholdPanel</name>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Threshold as a number</source>
        <translation>阈值数值</translation>
    </message>
    <message>
        <source>Best for this image</source>
        <translation>最适合此图像</translation>
    </message>
    <message>
        <source>Put the threshold where the prediction fits your corrected mask best; correct or accept it first</source>
        <translation>将阈值设在预测与您修正后的掩膜最吻合之处；请先修正或确认掩膜</translation>
    </message>
    <message>
        <source>Best for my labels…</source>
        <translation>最适合我的标注…</translation>
    </message>
    <message>
        <source>See how well every threshold fits all masks of this structure that you have accepted</source>
        <translation>查看各阈值与您已确认的此结构所有掩膜的吻合程度</translation>
    </message>
    <message>
        <source>At {threshold} the prediction fitted your mask best (Dice {dice}).</source>
        <translation>阈值为 {threshold} 时，预测与您的掩膜最吻合（Dice {dice}）。</translation>
    </message>
    <message>
        <source>{area} px</source>
        <translation>{area} px</translation>
    </message>
    <message>
        <source>{area} mm²</source>
        <translation>{area} mm²</translation>
    </message>
</context>
<context>
    <name>TonePanel</name>
    <message>
        <source>Brightness of the picture</source>
        <translation>图像亮度</translation>
    </message>
    <message>
        <source>As it is</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>As the file asks for it, or else its whole range; brightness in the middle</source>
        <translation>按文件要求的窗口显示；文件没有要求时显示全部范围，亮度居中</translation>
    </message>
    <message>
        <source>All values</source>
        <translation>全部数值</translation>
    </message>
    <message>
        <source>From the least value of the picture to the greatest</source>
        <translation>从图像的最小值到最大值</translation>
    </message>
    <message>
        <source>Middle 98 %</source>
        <translation>中间 98 %</translation>
    </message>
    <message>
        <source>Leave out the darkest and the brightest hundredth of the pixels</source>
        <translation>略去最暗和最亮的百分之一像素</translation>
    </message>
    <message>
        <source>Only how it is shown: model, masks and files stay as they are.</source>
        <translation>只改变显示方式：模型、掩膜和文件保持不变。</translation>
    </message>
    <message>
        <source>Or hold {key} and drag on the picture.</source>
        <translation>也可按住 {key} 在图像上拖动。</translation>
    </message>
    <message>
        <source>Brain</source>
        <translation>脑</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>肺</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>骨</translation>
    </message>
    <message>
        <source>Abdomen</source>
        <translation>腹部</translation>
    </message>
    <message>
        <source>Mediastinum</source>
        <translation>纵隔</translation>
    </message>
    <message>
        <source>Level {level} HU, width {width} HU</source>
        <translation>窗位 {level} HU，窗宽 {width} HU</translation>
    </message>
</context>
<context>
    <name>ToolStrip</name>
    <message>
        <source>Brush size</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>Brush size; also Ctrl + mouse wheel</source>
        <translation>画笔大小；也可用 Ctrl + 鼠标滚轮</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Outlines and filling</source>
        <translation>轮廓与填充</translation>
    </message>
    <message>
        <source>⌀ {width:g} px</source>
        <translation>⌀ {width:g} px</translation>
    </message>
</context>
<context>
    <name>Tour</name>
    <message>
        <source>End the tour</source>
        <translation>结束导览</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>{next} next · {back} back · {end} end</source>
        <translation>{next} 下一步 · {back} 上一步 · {end} 结束</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
<context>
    <name>VersionDialog</name>
    <message>
        <source>About {name}</source>
        <translation>关于 {name}</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>In use: choose another version or the base model before you delete it.</source>
        <translation>正在使用：请先选择其他版本或基础模型，再删除它。</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>imported from a colleague</source>
        <translation>从同事处导入</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Comes from</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>Dice</source>
        <translation>Dice</translation>
    </message>
    <message>
        <source>Learned from</source>
        <translation>学习数据</translation>
    </message>
    <message>
        <source>{count} masks</source>
        <translation>{count} 个掩膜</translation>
    </message>
    <message>
        <source>Mark of these masks</source>
        <translation>这些掩膜的标识</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>On the disk</source>
        <translation>磁盘占用</translation>
    </message>
    <message>
        <source>{n} rounds</source>
        <translation>{n} 轮</translation>
    </message>
    <message>
        <source>{n} masks a step</source>
        <translation>每步 {n} 个掩膜</translation>
    </message>
    <message>
        <source>{n} views</source>
        <translation>{n} 个视图</translation>
    </message>
    <message>
        <source>seed {n}</source>
        <translation>随机种子 {n}</translation>
    </message>
    <message>
        <source>Delete {name}? Its files are gone then; masks and predictions that it made stay.</source>
        <translation>要删除 {name} 吗？它的文件将被删除；由它生成的掩膜和预测会保留。</translation>
    </message>
</context>
<context>
    <name>VersionFlow</name>
    <message>
        <source>Choose a version that a colleague has exported</source>
        <translation>选择同事导出的版本</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
</context>
<context>
    <name>Versions</name>
    <message>
        <source>demo model</source>
        <translation>演示模型</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基础模型</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>版本 {number}</translation>
    </message>
</context>
<context>
    <name>VersionsPanel</name>
    <message>
        <source>Versions</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Use this version</source>
        <translation>使用此版本</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Write this version for others: as a whole model, or what was learned alone</source>
        <translation>将此版本写出供他人使用：完整模型，或仅学习所得的部分</translation>
    </message>
    <message>
        <source>A closer look…</source>
        <translation>仔细查看…</translation>
    </message>
    <message>
        <source>All figures, for each structure and each patient, and where it does worst</source>
        <translation>各结构和各患者的全部数据，以及表现最差之处</translation>
    </message>
    <message>
        <source>Compare…</source>
        <translation>比较…</translation>
    </message>
    <message>
        <source>Compare two versions on accepted masks or on the test set</source>
        <translation>在已确认的掩膜或测试集上比较两个版本</translation>
    </message>
    <message>
        <source>About…</source>
        <translation>关于…</translation>
    </message>
    <message>
        <source>Where this version comes from and what it takes on the disk; change its note, or delete it</source>
        <translation>此版本的来源和占用的磁盘空间；修改备注或删除</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Take in a version that a colleague has exported for the same base model</source>
        <translation>导入同事为同一基础模型导出的版本</translation>
    </message>
    <message>
        <source>Versions of the model</source>
        <translation>模型版本</translation>
    </message>
    <message>
        <source>Go back to: {name}</source>
        <translation>退回到：{name}</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>{count} masks</source>
        <translation>{count} 个掩膜</translation>
    </message>
    <message>
        <source>d MMM, HH:mm</source>
        <translation>M月d日 HH:mm</translation>
    </message>
</context>
<context>
    <name>WorkArea</name>
    <message>
        <source>Open a project to begin</source>
        <translation>请先打开一个项目</translation>
    </message>
    <message>
        <source>A project is a folder that keeps your images, masks and model versions together.</source>
        <translation>项目是一个文件夹，集中保存您的图像、掩膜和模型版本。</translation>
    </message>
    <message>
        <source>This project has no images yet</source>
        <translation>此项目还没有图像</translation>
    </message>
    <message>
        <source>Add the images you want to segment. They stay where they are.</source>
        <translation>请添加要分割的图像。图像文件仍留在原处。</translation>
    </message>
    <message>
        <source>This image cannot be shown</source>
        <translation>无法显示此图像</translation>
    </message>
    <message>
        <source>Its file is missing or damaged. Your masks are safe in the project; go on with another image.</source>
        <translation>图像文件缺失或已损坏。您的掩膜安全保存在项目中；请继续处理其他图像。</translation>
    </message>
    <message>
        <source>Reading the image …</source>
        <translation>正在读取图像…</translation>
    </message>
    <message>
        <source>For research, not a medical device.</source>
        <translation>仅供研究，不是医疗器械。</translation>
    </message>
</context>
<context>
    <name>WorstCases</name>
    <message>
        <source>Where it does worst</source>
        <translation>表现最差之处</translation>
    </message>
    <message>
        <source>Each image three times, with the outline of your mask, of the model before and of this version. A click opens the image.</source>
        <translation>每张图像显示三次，分别带有您的掩膜、之前的模型和此版本的轮廓。单击可打开图像。</translation>
    </message>
</context>
<context>
    <name>_Card</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Tools</source>
        <translation>工具(&amp;T)</translation>
    </message>
    <message>
        <source>Mas&amp;k</source>
        <translation>掩膜(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Structure</source>
        <translation>结构(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Image</source>
        <translation>图像(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Open project…</source>
        <translation>打开项目(&amp;O)…</translation>
    </message>
    <message>
        <source>Open a project folder</source>
        <translation>打开一个项目文件夹</translation>
    </message>
    <message>
        <source>&amp;New project…</source>
        <translation>新建项目(&amp;N)…</translation>
    </message>
    <message>
        <source>Make an empty project in a folder</source>
        <translation>在文件夹中新建一个空项目</translation>
    </message>
    <message>
        <source>Open the &amp;demo project</source>
        <translation>打开演示项目(&amp;D)</translation>
    </message>
    <message>
        <source>Try the program on images made for it</source>
        <translation>用专门制作的图像试用本程序</translation>
    </message>
    <message>
        <source>&amp;Add images…</source>
        <translation>添加图像(&amp;A)…</translation>
    </message>
    <message>
        <source>Put image files into the project</source>
        <translation>将图像文件加入项目</translation>
    </message>
    <message>
        <source>Add a &amp;folder of images…</source>
        <translation>添加图像文件夹(&amp;F)…</translation>
    </message>
    <message>
        <source>Put all images of a folder into the project</source>
        <translation>将一个文件夹中的所有图像加入项目</translation>
    </message>
    <message>
        <source>&amp;Patients…</source>
        <translation>患者(&amp;P)…</translation>
    </message>
    <message>
        <source>Say which images show the same patient</source>
        <translation>说明哪些图像属于同一患者</translation>
    </message>
    <message>
        <source>&amp;Export masks…</source>
        <translation>导出掩膜(&amp;E)…</translation>
    </message>
    <message>
        <source>Write the accepted masks as PNG files</source>
        <translation>将已确认的掩膜导出为 PNG 文件</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>Close the program; everything is saved</source>
        <translation>关闭程序；所有内容均已保存</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Do again what was taken back</source>
        <translation>重做被撤销的操作</translation>
    </message>
    <message>
        <source>&amp;Brush</source>
        <translation>画笔(&amp;B)</translation>
    </message>
    <message>
        <source>Paint the structure with the left mouse button; the right one erases</source>
        <translation>用鼠标左键涂画结构；右键擦除</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>橡皮擦(&amp;E)</translation>
    </message>
    <message>
        <source>Erase with the left mouse button</source>
        <translation>用鼠标左键擦除</translation>
    </message>
    <message>
        <source>&amp;Polygon</source>
        <translation>多边形(&amp;P)</translation>
    </message>
    <message>
        <source>Click around the structure; a double click or Enter closes. The right button takes the inside away</source>
        <translation>沿结构逐点单击，双击或按 Enter 闭合；用右键则去掉轮廓内部</translation>
    </message>
    <message>
        <source>&amp;Lasso</source>
        <translation>套索(&amp;L)</translation>
    </message>
    <message>
        <source>Drag around the structure; with the right button what is inside is taken away</source>
        <translation>沿结构拖动；用右键则去掉轮廓内部</translation>
    </message>
    <message>
        <source>Re&amp;ctangle</source>
        <translation>矩形(&amp;C)</translation>
    </message>
    <message>
        <source>Drag from corner to corner; with the right button what is inside is taken away</source>
        <translation>从一角拖到对角；用右键则去掉矩形内部</translation>
    </message>
    <message>
        <source>&amp;Fill up to the mask</source>
        <translation>填充至掩膜边缘(&amp;F)</translation>
    </message>
    <message>
        <source>Click into a gap to fill it; a click with the right button removes a whole piece of the mask</source>
        <translation>单击空隙将其填满；右键单击则移除掩膜的一整块</translation>
    </message>
    <message>
        <source>Cl&amp;ick for the model</source>
        <translation>为模型点击(&amp;I)</translation>
    </message>
    <message>
        <source>Click on what belongs to the structure, with the right button on what does not; or drag a box around it</source>
        <translation>在属于该结构的地方点击，在不属于的地方用右键点击；也可以拖出一个框把它围住</translation>
    </message>
    <message>
        <source>&amp;Move the picture</source>
        <translation>移动画面(&amp;M)</translation>
    </message>
    <message>
        <source>Drag the picture; so does the middle mouse button</source>
        <translation>拖动画面；也可用鼠标中键</translation>
    </message>
    <message>
        <source>Clear clic&amp;ks</source>
        <translation>清除点击(&amp;K)</translation>
    </message>
    <message>
        <source>Take all clicks away; the mask is what the words alone gave, with what you painted</source>
        <translation>去掉所有点击；掩膜恢复为仅凭提示词得到的结果，您绘制的部分保留</translation>
    </message>
    <message>
        <source>S&amp;quare brush</source>
        <translation>方形画笔(&amp;Q)</translation>
    </message>
    <message>
        <source>Let brush and eraser be square, and not round</source>
        <translation>使画笔和橡皮擦为方形而非圆形</translation>
    </message>
    <message>
        <source>Only &amp;grey values</source>
        <translation>仅限灰度范围(&amp;G)</translation>
    </message>
    <message>
        <source>Let brush, eraser and outlines change only pixels within a range of grey values</source>
        <translation>画笔、橡皮擦和轮廓只更改灰度在范围内的像素</translation>
    </message>
    <message>
        <source>&amp;Take the grey values under the brush</source>
        <translation>取画笔下的灰度范围(&amp;T)</translation>
    </message>
    <message>
        <source>Set the range to what lies under the brush, and paint only there</source>
        <translation>将范围设为画笔下的灰度，并只在该范围内绘制</translation>
    </message>
    <message>
        <source>&amp;Fill holes</source>
        <translation>填充孔洞(&amp;F)</translation>
    </message>
    <message>
        <source>Fill the holes of the mask</source>
        <translation>填充掩膜中的孔洞</translation>
    </message>
    <message>
        <source>Keep only the &amp;largest piece</source>
        <translation>只保留最大区域(&amp;L)</translation>
    </message>
    <message>
        <source>Remove all pieces of the mask but the largest</source>
        <translation>除最大的一块外，移除掩膜的其余部分</translation>
    </message>
    <message>
        <source>&amp;Remove islands</source>
        <translation>移除孤立区域(&amp;R)</translation>
    </message>
    <message>
        <source>Remove pieces of the mask smaller than the size set on the right</source>
        <translation>移除掩膜中小于右侧所设面积的区域</translation>
    </message>
    <message>
        <source>&amp;Smooth</source>
        <translation>平滑(&amp;S)</translation>
    </message>
    <message>
        <source>Smooth the edge of the mask by the radius set on the right</source>
        <translation>按右侧所设半径平滑掩膜边缘</translation>
    </message>
    <message>
        <source>&amp;Grow</source>
        <translation>扩大(&amp;G)</translation>
    </message>
    <message>
        <source>Make the mask wider by the width set on the right</source>
        <translation>按右侧所设宽度扩大掩膜</translation>
    </message>
    <message>
        <source>Shrin&amp;k</source>
        <translation>缩小(&amp;K)</translation>
    </message>
    <message>
        <source>Make the mask narrower by the width set on the right</source>
        <translation>按右侧所设宽度缩小掩膜</translation>
    </message>
    <message>
        <source>&amp;Copy the mask of the previous image</source>
        <translation>复制上一张图像的掩膜(&amp;C)</translation>
    </message>
    <message>
        <source>Take the mask of the image before for this structure</source>
        <translation>采用上一张图像中该结构的掩膜</translation>
    </message>
    <message>
        <source>Cl&amp;ear</source>
        <translation>清空(&amp;E)</translation>
    </message>
    <message>
        <source>Empty the mask; Undo brings it back</source>
        <translation>清空掩膜；可用“撤销”恢复</translation>
    </message>
    <message>
        <source>Take back the last step on this image</source>
        <translation>撤销对此图像的上一步操作</translation>
    </message>
    <message>
        <source>La&amp;rger brush</source>
        <translation>增大画笔(&amp;R)</translation>
    </message>
    <message>
        <source>Make the brush larger; also Ctrl + mouse wheel</source>
        <translation>增大画笔；也可用 Ctrl + 鼠标滚轮</translation>
    </message>
    <message>
        <source>&amp;Smaller brush</source>
        <translation>减小画笔(&amp;S)</translation>
    </message>
    <message>
        <source>Make the brush smaller; also Ctrl + mouse wheel</source>
        <translation>减小画笔；也可用 Ctrl + 鼠标滚轮</translation>
    </message>
    <message>
        <source>&amp;Higher threshold</source>
        <translation>提高阈值(&amp;H)</translation>
    </message>
    <message>
        <source>Less of the prediction belongs to the mask</source>
        <translation>预测结果中归入掩膜的部分减少</translation>
    </message>
    <message>
        <source>L&amp;ower threshold</source>
        <translation>降低阈值(&amp;O)</translation>
    </message>
    <message>
        <source>More of the prediction belongs to the mask</source>
        <translation>预测结果中归入掩膜的部分增多</translation>
    </message>
    <message>
        <source>Much h&amp;igher threshold</source>
        <translation>大幅提高阈值(&amp;I)</translation>
    </message>
    <message>
        <source>Ten steps at once: less of the prediction belongs to the mask</source>
        <translation>一次十步：预测中属于掩膜的部分减少</translation>
    </message>
    <message>
        <source>Much lo&amp;wer threshold</source>
        <translation>大幅降低阈值(&amp;W)</translation>
    </message>
    <message>
        <source>Ten steps at once: more of the prediction belongs to the mask</source>
        <translation>一次十步：预测中属于掩膜的部分增多</translation>
    </message>
    <message>
        <source>&amp;Next mask of the model</source>
        <translation>模型的下一个掩膜(&amp;N)</translation>
    </message>
    <message>
        <source>Take another mask that the model offered; what was painted stays</source>
        <translation>换用模型提供的另一个掩膜；已绘制的部分保留</translation>
    </message>
    <message>
        <source>&amp;Accept and next</source>
        <translation>确认并转到下一张(&amp;A)</translation>
    </message>
    <message>
        <source>Save the mask as accepted and go to the next image</source>
        <translation>将掩膜保存为已确认，并转到下一张图像</translation>
    </message>
    <message>
        <source>Re&amp;ject this image</source>
        <translation>标为不可用(&amp;J)</translation>
    </message>
    <message>
        <source>The image cannot be used: do not export it, learn from it or ask again</source>
        <translation>此图像不可用：不导出，不用于学习，也不再预测</translation>
    </message>
    <message>
        <source>Flag &amp;with a note…</source>
        <translation>标记并写备注(&amp;W)…</translation>
    </message>
    <message>
        <source>Mark this image for later, with a few words</source>
        <translation>标记此图像以便稍后处理，可附简短备注</translation>
    </message>
    <message>
        <source>Keep this patient for &amp;testing</source>
        <translation>将此患者留作测试(&amp;T)</translation>
    </message>
    <message>
        <source>No fine-tune ever learns from this patient&apos;s images, so that versions can be compared on them</source>
        <translation>任何微调都不会从此患者的图像学习，以便在其上比较版本</translation>
    </message>
    <message>
        <source>Predict all &amp;images of the list</source>
        <translation>预测列表中的所有图像(&amp;I)</translation>
    </message>
    <message>
        <source>Let the model find the structure on every image that is shown and not seen yet, while you work</source>
        <translation>在您工作的同时，让模型在列表中尚未查看的每张图像上查找该结构</translation>
    </message>
    <message>
        <source>&amp;Effort…</source>
        <translation>工作量(&amp;E)…</translation>
    </message>
    <message>
        <source>How much you had to correct, version by version</source>
        <translation>查看各版本需要您修改多少</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>Language, look and device</source>
        <translation>语言、外观和设备</translation>
    </message>
    <message>
        <source>&amp;Previous image</source>
        <translation>上一张图像(&amp;P)</translation>
    </message>
    <message>
        <source>Go to the image before</source>
        <translation>转到上一张图像</translation>
    </message>
    <message>
        <source>&amp;Next image</source>
        <translation>下一张图像(&amp;N)</translation>
    </message>
    <message>
        <source>Go to the image after</source>
        <translation>转到下一张图像</translation>
    </message>
    <message>
        <source>&amp;Fit</source>
        <translation>适合窗口(&amp;F)</translation>
    </message>
    <message>
        <source>Show the whole image</source>
        <translation>显示整张图像</translation>
    </message>
    <message>
        <source>&amp;One to one</source>
        <translation>实际像素(&amp;O)</translation>
    </message>
    <message>
        <source>One image pixel is one screen pixel</source>
        <translation>一个图像像素对应一个屏幕像素</translation>
    </message>
    <message>
        <source>Zoom i&amp;n</source>
        <translation>放大(&amp;N)</translation>
    </message>
    <message>
        <source>Larger; also the mouse wheel</source>
        <translation>放大；也可用鼠标滚轮</translation>
    </message>
    <message>
        <source>&amp;Zoom out</source>
        <translation>缩小(&amp;Z)</translation>
    </message>
    <message>
        <source>Smaller; also the mouse wheel</source>
        <translation>缩小；也可用鼠标滚轮</translation>
    </message>
    <message>
        <source>Show the &amp;mask</source>
        <translation>显示掩膜(&amp;M)</translation>
    </message>
    <message>
        <source>Show or hide the mask to see the picture below</source>
        <translation>显示或隐藏掩膜，以便查看下方的图像</translation>
    </message>
    <message>
        <source>F&amp;illed mask</source>
        <translation>填充掩膜(&amp;L)</translation>
    </message>
    <message>
        <source>Fill the mask with colour</source>
        <translation>用颜色填充掩膜</translation>
    </message>
    <message>
        <source>Mask out&amp;line</source>
        <translation>掩膜轮廓(&amp;T)</translation>
    </message>
    <message>
        <source>Draw the edge of the mask</source>
        <translation>绘制掩膜边缘</translation>
    </message>
    <message>
        <source>&amp;Uncertainty of the model</source>
        <translation>模型的不确定性(&amp;U)</translation>
    </message>
    <message>
        <source>Colour what the model is unsure of: the stronger, the nearer to one half</source>
        <translation>为模型不确定之处着色：概率越接近二分之一，颜色越强</translation>
    </message>
    <message>
        <source>&amp;Predict</source>
        <translation>预测(&amp;P)</translation>
    </message>
    <message>
        <source>Let the model find the structure on this image</source>
        <translation>让模型在此图像上查找该结构</translation>
    </message>
    <message>
        <source>Predict &amp;all structures</source>
        <translation>预测所有结构(&amp;A)</translation>
    </message>
    <message>
        <source>Let the model find every structure that you have not worked on, in one look</source>
        <translation>让模型只看一次图像，找出所有您尚未处理的结构</translation>
    </message>
    <message>
        <source>Let the model &amp;decide whether it is there</source>
        <translation>由模型判断该结构是否存在(&amp;D)</translation>
    </message>
    <message>
        <source>The model answers in words and may find nothing, or several masks</source>
        <translation>模型用文字回答，可能没有掩膜，也可能有多个掩膜</translation>
    </message>
    <message>
        <source>&amp;Fine-tune on my labels</source>
        <translation>用我的标注微调(&amp;F)</translation>
    </message>
    <message>
        <source>Teach the model with the accepted masks</source>
        <translation>用已确认的掩膜训练模型</translation>
    </message>
    <message>
        <source>&amp;Versions</source>
        <translation>版本(&amp;V)</translation>
    </message>
    <message>
        <source>See, activate and roll back model versions</source>
        <translation>查看、启用或退回模型版本</translation>
    </message>
    <message>
        <source>&amp;Models…</source>
        <translation>模型(&amp;M)…</translation>
    </message>
    <message>
        <source>Download a Sa2VA model, or choose the one that this project uses</source>
        <translation>下载 Sa2VA 模型，或选择本项目使用的模型</translation>
    </message>
    <message>
        <source>&amp;Keys and mouse</source>
        <translation>按键与鼠标(&amp;K)</translation>
    </message>
    <message>
        <source>What every key and mouse button does, and other keys where you want them</source>
        <translation>各按键和鼠标按钮的作用；也可改用其他按键</translation>
    </message>
    <message>
        <source>Show me a&amp;round</source>
        <translation>窗口导览(&amp;R)</translation>
    </message>
    <message>
        <source>Seven steps through the window, on the demo project if no image is open</source>
        <translation>用七步了解窗口；没有打开图像时使用演示项目</translation>
    </message>
    <message>
        <source>Check this &amp;installation…</source>
        <translation>检查此安装(&amp;I)…</translation>
    </message>
    <message>
        <source>Try packages, demo model, graphics card, room and the open project</source>
        <translation>检查软件包、演示模型、显卡、空间和打开的项目</translation>
    </message>
    <message>
        <source>&amp;About</source>
        <translation>关于(&amp;A)</translation>
    </message>
    <message>
        <source>What this program is and is not</source>
        <translation>本程序是什么、不是什么</translation>
    </message>
    <message>
        <source>&amp;Import masks…</source>
        <translation>导入掩膜(&amp;I)…</translation>
    </message>
    <message>
        <source>Take masks of another program into the project</source>
        <translation>把其他程序的掩膜收入项目</translation>
    </message>
    <message>
        <source>Pri&amp;vacy…</source>
        <translation>隐私(&amp;V)…</translation>
    </message>
    <message>
        <source>See what this project says of patients, and make a copy without it for a colleague</source>
        <translation>查看此项目中关于患者的内容，并为同事制作不含这些内容的副本</translation>
    </message>
    <message>
        <source>Move the picture</source>
        <translation>移动画面</translation>
    </message>
    <message>
        <source>Held: the mouse drags the picture; so does the middle button</source>
        <translation>按住时用鼠标拖动画面；也可用鼠标中键</translation>
    </message>
    <message>
        <source>Lens</source>
        <translation>放大镜</translation>
    </message>
    <message>
        <source>Held: a lens shows four times as large what is under the pointer</source>
        <translation>按住时用放大镜以四倍显示指针下的内容</translation>
    </message>
    <message>
        <source>Picture without the mask</source>
        <translation>不带掩膜的画面</translation>
    </message>
    <message>
        <source>Held: the mask is hidden</source>
        <translation>按住时隐藏掩膜</translation>
    </message>
    <message>
        <source>Brightness and contrast</source>
        <translation>亮度和对比度</translation>
    </message>
    <message>
        <source>Held: dragging sets how the picture is shown; model, masks and files stay as they are</source>
        <translation>按住并拖动可调整画面的显示；模型、掩膜和文件保持不变</translation>
    </message>
    <message>
        <source>Mouse on the picture</source>
        <translation>画面上的鼠标</translation>
    </message>
    <message>
        <source>Left button</source>
        <translation>左键</translation>
    </message>
    <message>
        <source>Use the tool in hand</source>
        <translation>使用当前工具</translation>
    </message>
    <message>
        <source>Right button</source>
        <translation>右键</translation>
    </message>
    <message>
        <source>Erase; with an outline, take the inside away; as a click, say that this does not belong to it</source>
        <translation>擦除；画轮廓时去掉其内部；点击时表示此处不属于该结构</translation>
    </message>
    <message>
        <source>Middle button</source>
        <translation>中键</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Zoom at the pointer</source>
        <translation>在指针处缩放</translation>
    </message>
    <message>
        <source>Ctrl + wheel</source>
        <translation>Ctrl + 滚轮</translation>
    </message>
    <message>
        <source>Brush size</source>
        <translation>画笔大小</translation>
    </message>
    <message>
        <source>Shift + wheel</source>
        <translation>Shift + 滚轮</translation>
    </message>
    <message>
        <source>Through the slices of a stack</source>
        <translation>逐张浏览序列</translation>
    </message>
    <message>
        <source>Without a mouse</source>
        <translation>不用鼠标</translation>
    </message>
    <message>
        <source>Arrow keys</source>
        <translation>方向键</translation>
    </message>
    <message>
        <source>A crosshair on the picture; with Shift it moves by one pixel, with Ctrl by a large step</source>
        <translation>画面上的十字准线；加 Shift 移动一个像素，加 Ctrl 移动一大步</translation>
    </message>
    <message>
        <source>Space, with the crosshair</source>
        <translation>空格键（十字准线）</translation>
    </message>
    <message>
        <source>The left mouse button; held while the crosshair moves it draws. Shift+Space is the right one</source>
        <translation>相当于鼠标左键；按住并移动十字准线即可绘制。Shift+空格键相当于右键</translation>
    </message>
    <message>
        <source>Tab, Shift+Tab</source>
        <translation>Tab、Shift+Tab</translation>
    </message>
    <message>
        <source>To the next part of the window, and back</source>
        <translation>到窗口的下一部分，或返回上一部分</translation>
    </message>
    <message>
        <source>While drawing</source>
        <translation>绘制时</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>回车键</translation>
    </message>
    <message>
        <source>Close an outline</source>
        <translation>闭合轮廓</translation>
    </message>
    <message>
        <source>Backspace</source>
        <translation>退格键</translation>
    </message>
    <message>
        <source>Take the last point of an outline, or the last click, back</source>
        <translation>撤回轮廓的最后一点，或最后一次点击</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Give an outline or a box up; take the crosshair away</source>
        <translation>放弃轮廓或方框；移除十字准线</translation>
    </message>
    <message>
        <source>While the window is shown around</source>
        <translation>导览期间</translation>
    </message>
    <message>
        <source>To the next card</source>
        <translation>下一张卡片</translation>
    </message>
    <message>
        <source>To the card before</source>
        <translation>上一张卡片</translation>
    </message>
    <message>
        <source>End the tour</source>
        <translation>结束导览</translation>
    </message>
    <message>
        <source>Work on the structure with this number in the list</source>
        <translation>处理列表中该编号的结构</translation>
    </message>
    <message>
        <source>Structure &amp;1</source>
        <translation>结构 &amp;1</translation>
    </message>
    <message>
        <source>Structure &amp;2</source>
        <translation>结构 &amp;2</translation>
    </message>
    <message>
        <source>Structure &amp;3</source>
        <translation>结构 &amp;3</translation>
    </message>
    <message>
        <source>Structure &amp;4</source>
        <translation>结构 &amp;4</translation>
    </message>
    <message>
        <source>Structure &amp;5</source>
        <translation>结构 &amp;5</translation>
    </message>
    <message>
        <source>Structure &amp;6</source>
        <translation>结构 &amp;6</translation>
    </message>
    <message>
        <source>Structure &amp;7</source>
        <translation>结构 &amp;7</translation>
    </message>
    <message>
        <source>Structure &amp;8</source>
        <translation>结构 &amp;8</translation>
    </message>
    <message>
        <source>Structure &amp;9</source>
        <translation>结构 &amp;9</translation>
    </message>
    <message>
        <source>&amp;New structure…</source>
        <translation>新建结构(&amp;N)…</translation>
    </message>
    <message>
        <source>Add a structure to the project: its name, the words for the model, a colour</source>
        <translation>在项目中添加结构：名称、给模型的提示词、颜色</translation>
    </message>
    <message>
        <source>&amp;Change name, prompt or colour…</source>
        <translation>更改名称、提示词或颜色(&amp;C)…</translation>
    </message>
    <message>
        <source>Other words or another colour for this structure; its masks stay as they are</source>
        <translation>为该结构更换提示词或颜色；它的掩膜保持不变</translation>
    </message>
    <message>
        <source>Move &amp;up</source>
        <translation>上移(&amp;U)</translation>
    </message>
    <message>
        <source>Move this structure up in the list; the upper one wins where one picture holds several</source>
        <translation>将该结构在列表中上移；当一张图中包含多个结构时，以靠上的为准</translation>
    </message>
    <message>
        <source>Move &amp;down</source>
        <translation>下移(&amp;D)</translation>
    </message>
    <message>
        <source>Move this structure down in the list</source>
        <translation>将该结构在列表中下移</translation>
    </message>
    <message>
        <source>&amp;Hide this structure</source>
        <translation>隐藏该结构(&amp;H)</translation>
    </message>
    <message>
        <source>Do not draw the masks of this structure; they stay as they are</source>
        <translation>不显示该结构的掩膜；掩膜本身保持不变</translation>
    </message>
    <message>
        <source>&amp;Lock this structure</source>
        <translation>锁定该结构(&amp;L)</translation>
    </message>
    <message>
        <source>Nothing changes the masks of this structure until it is unlocked</source>
        <translation>解锁之前，任何操作都不会改变该结构的掩膜</translation>
    </message>
    <message>
        <source>&amp;Side by side</source>
        <translation>并排显示(&amp;S)</translation>
    </message>
    <message>
        <source>Show the picture twice: beside your mask the original, another version&apos;s prediction, or the uncertainty</source>
        <translation>将画面显示两次：在您的掩膜旁显示原图、另一版本的预测结果或不确定性</translation>
    </message>
    <message>
        <source>Slice &amp;before</source>
        <translation>上一切片(&amp;B)</translation>
    </message>
    <message>
        <source>Go to the slice before in this stack; without a stack, to the image before</source>
        <translation>转到本序列的上一切片；不在序列中时转到上一张图像</translation>
    </message>
    <message>
        <source>Slice af&amp;ter</source>
        <translation>下一切片(&amp;T)</translation>
    </message>
    <message>
        <source>Go to the slice after in this stack; without a stack, to the image after</source>
        <translation>转到本序列的下一切片；不在序列中时转到下一张图像</translation>
    </message>
    <message>
        <source>&amp;First slice</source>
        <translation>第一张切片(&amp;F)</translation>
    </message>
    <message>
        <source>Go to the first slice of this stack</source>
        <translation>转到本序列的第一张切片</translation>
    </message>
    <message>
        <source>&amp;Last slice</source>
        <translation>最后一张切片(&amp;L)</translation>
    </message>
    <message>
        <source>Go to the last slice of this stack</source>
        <translation>转到本序列的最后一张切片</translation>
    </message>
    <message>
        <source>Pre&amp;vious stack or image</source>
        <translation>上一个序列或图像(&amp;V)</translation>
    </message>
    <message>
        <source>Go to the line before in the list, past all slices of this stack</source>
        <translation>越过本序列的所有切片，转到列表的上一行</translation>
    </message>
    <message>
        <source>Next &amp;stack or image</source>
        <translation>下一个序列或图像(&amp;S)</translation>
    </message>
    <message>
        <source>Go to the line after in the list, past all slices of this stack</source>
        <translation>越过本序列的所有切片，转到列表的下一行</translation>
    </message>
    <message>
        <source>Copy to the ne&amp;xt slice</source>
        <translation>复制到下一切片(&amp;X)</translation>
    </message>
    <message>
        <source>Go to the next slice of this stack and take this mask along</source>
        <translation>转到本序列的下一切片，并把这个掩膜带过去</translation>
    </message>
    <message>
        <source>Predict all s&amp;lices</source>
        <translation>预测所有切片(&amp;L)</translation>
    </message>
    <message>
        <source>Let the model find the structure on every slice of this stack not seen yet, while you work</source>
        <translation>在您工作的同时，让模型在本序列所有尚未处理的切片上寻找该结构</translation>
    </message>
    <message>
        <source>&amp;Carry the mask through the stack…</source>
        <translation>将掩膜沿序列传递(&amp;C)…</translation>
    </message>
    <message>
        <source>Let the model follow the structure from this slice to its neighbours</source>
        <translation>让模型从这张切片出发，在相邻切片中跟踪该结构</translation>
    </message>
</context>
<context>
    <name>answers</name>
    <message>
        <source>[mask]</source>
        <translation>[掩膜]</translation>
    </message>
    <message>
        <source>[mask {number}]</source>
        <translation>[掩膜 {number}]</translation>
    </message>
</context>
<context>
    <name>carry_words</name>
    <message>
        <source>Carried to {count} slices.</source>
        <translation>已传递到 {count} 张切片。</translation>
    </message>
    <message>
        <source>Stopped at slice {number}: look at it.</source>
        <translation>在第 {number} 张切片停下：请查看它。</translation>
    </message>
    <message>
        <source>Accepted, rejected or worked on already, so left as they are: {count}.</source>
        <translation>已确认、已标为不可用或已处理过，因此保持不变的切片：{count}。</translation>
    </message>
    <message>
        <source>Stopped before the end. What was carried until then is kept.</source>
        <translation>已提前停止。此前传递的掩膜均已保留。</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>The program made a mistake, so this was not finished; your labels are safe.</source>
        <translation>程序出现错误，此操作未能完成；您的标注完好。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, send the report to those who look after the program.</source>
        <translation>请重试。如果再次发生，请将报告发送给负责维护本程序的人员。</translation>
    </message>
    <message>
        <source>The fine-tune stopped unexpectedly, so there is no new version; your labels are safe, nothing was changed.</source>
        <translation>微调意外停止，没有产生新版本；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>Start it again. If it happens again, close other programs: the memory may be too small for it.</source>
        <translation>请重新开始。如果再次发生，请关闭其他程序：内存可能不足。</translation>
    </message>
    <message>
        <source>The fine-tune could not be started; your labels are safe and nothing was changed.</source>
        <translation>无法开始微调；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>The comparison stopped unexpectedly, so there are no figures; nothing was changed.</source>
        <translation>比较意外停止，因此没有数据；没有任何更改。</translation>
    </message>
    <message>
        <source>The comparison could not be started; nothing was changed.</source>
        <translation>比较无法开始；没有任何更改。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, install the program again.</source>
        <translation>请重试。如果再次发生，请重新安装程序。</translation>
    </message>
    <message>
        <source>Close the program and install it again; your labels are safe.</source>
        <translation>请关闭程序并重新安装；您的标注完好。</translation>
    </message>
    <message>
        <source>The model stopped unexpectedly, so it gave no answer; your labels and strokes are safe.</source>
        <translation>模型意外停止，没有给出结果；您的标注和笔画完好。</translation>
    </message>
    <message>
        <source>Press Predict to load it again. If it happens again, close other programs: the memory may be too small.</source>
        <translation>请点击“预测”重新加载。如果再次发生，请关闭其他程序：内存可能不足。</translation>
    </message>
    <message>
        <source>The model could not be started; your labels and strokes are safe.</source>
        <translation>无法启动模型；您的标注和笔画完好。</translation>
    </message>
    <message>
        <source>The window and its background worker belong to two different installations, so the model was not started.</source>
        <translation>窗口与后台程序来自两次不同的安装，因此没有启动模型。</translation>
    </message>
    <message>
        <source>There is no model in the folder “{folder}”, so the model was not changed (config.json or weights are missing).</source>
        <translation>文件夹“{folder}”中没有模型（缺少 config.json 或权重文件），因此没有更换模型。</translation>
    </message>
    <message>
        <source>Choose the folder of a Sa2VA model.</source>
        <translation>请选择 Sa2VA 模型所在的文件夹。</translation>
    </message>
    <message>
        <source>A labelled image cannot be read any more, so the fine-tune was stopped; your labels are safe.</source>
        <translation>有一张已标注的图像已无法读取，微调已停止；您的标注完好。</translation>
    </message>
    <message>
        <source>A labelled image was exchanged since it was labelled, so the fine-tune was stopped; your labels are safe.</source>
        <translation>有一张图像在标注之后被替换，微调已停止；您的标注完好。</translation>
    </message>
    <message>
        <source>A mask that was frozen for this fine-tune is missing or damaged, so it was stopped; your labels are safe.</source>
        <translation>为此次微调保存的一个掩膜缺失或已损坏，微调已停止；您的标注完好。</translation>
    </message>
    <message>
        <source>A part of the model in “{folder}” does not belong to Sa2VA ({key}), so it was not loaded.</source>
        <translation>“{folder}”中的模型有一部分不属于 Sa2VA（{key}），因此没有加载。</translation>
    </message>
    <message>
        <source>Accept a mask first; only those are exported.</source>
        <translation>请先确认一个掩膜；只有已确认的掩膜才会导出。</translation>
    </message>
    <message>
        <source>Accept at least {least} images first.</source>
        <translation>请先确认至少 {least} 张图像。</translation>
    </message>
    <message>
        <source>Accept at least {least} images, if possible of several patients.</source>
        <translation>请确认至少 {least} 张图像，最好来自多名患者。</translation>
    </message>
    <message>
        <source>All packages that the program needs can be loaded: {count}.</source>
        <translation>程序所需的软件包都能加载：{count} 个。</translation>
    </message>
    <message>
        <source>Allow writing there and start it again; your labels are safe.</source>
        <translation>请允许写入该位置，然后重新开始；您的标注完好。</translation>
    </message>
    <message>
        <source>Allow writing there, or use another folder.</source>
        <translation>请允许在该处写入，或使用其他文件夹。</translation>
    </message>
    <message>
        <source>Another process of this fine-tune failed or was ended, so it was stopped; your labels are safe and nothing was changed.</source>
        <translation>这次微调的另一个进程出错或被结束，因此微调已停止；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>Another program is using the project “{project}”, so this change was not saved.</source>
        <translation>另一个程序正在使用项目“{project}”，因此此更改没有保存。</translation>
    </message>
    <message>
        <source>Another window changed this image in the project “{project}”, so this change was not saved.</source>
        <translation>另一个窗口更改了项目“{project}”中的这张图像，因此此更改没有保存。</translation>
    </message>
    <message>
        <source>Ask for a fresh copy from where you got it.</source>
        <translation>请向提供者索取一份新的副本。</translation>
    </message>
    <message>
        <source>Check that it exists and that you may open it.</source>
        <translation>请检查它是否存在，以及您是否有权打开。</translation>
    </message>
    <message>
        <source>Check the address in the settings and whether the cluster runs, or let this computer learn.</source>
        <translation>请检查设置中的地址以及集群是否在运行，或改为在本机学习。</translation>
    </message>
    <message>
        <source>Check the connection and try again.</source>
        <translation>请检查连接后重试。</translation>
    </message>
    <message>
        <source>Check the connection, or choose another folder.</source>
        <translation>请检查连接，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Check the disk and start the fine-tune again; your labels are safe.</source>
        <translation>请检查磁盘并重新开始微调；您的标注完好。</translation>
    </message>
    <message>
        <source>Check the name, or choose the folder of a model that is on this computer.</source>
        <translation>请检查名称，或选择本机上的模型文件夹。</translation>
    </message>
    <message>
        <source>Choose a Sa2VA model; the model in use stays in use.</source>
        <translation>请选择 Sa2VA 模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose a folder in which you may write.</source>
        <translation>请选择您有写入权限的文件夹。</translation>
    </message>
    <message>
        <source>Choose a folder.</source>
        <translation>请选择一个文件夹。</translation>
    </message>
    <message>
        <source>Choose a model, or restart the program.</source>
        <translation>请选择一个模型，或重新启动程序。</translation>
    </message>
    <message>
        <source>Choose an empty folder.</source>
        <translation>请选择一个空文件夹。</translation>
    </message>
    <message>
        <source>Choose another Sa2VA model; the model in use stays in use.</source>
        <translation>请选择其他 Sa2VA 模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose another folder or download the model again; the model in use stays in use.</source>
        <translation>请选择其他文件夹，或重新下载模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose another folder, for example a new one beside the project.</source>
        <translation>请选择其他文件夹，例如在项目旁边新建一个。</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space on the disk.</source>
        <translation>请选择其他文件夹，或在磁盘上释放一些空间。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Choose another folder; the model in use stays in use.</source>
        <translation>请选择其他文件夹；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose another model; the model in use stays in use.</source>
        <translation>请选择其他模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请使用其他名称。</translation>
    </message>
    <message>
        <source>Choose slices of one size; the masks made so far are kept.</source>
        <translation>请选择尺寸相同的切片；已经生成的掩膜会保留。</translation>
    </message>
    <message>
        <source>Choose the folder into which the model was downloaded; the model in use stays in use.</source>
        <translation>请选择下载模型时所用的文件夹；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose the folder of a project of this program.</source>
        <translation>请选择本程序的项目文件夹。</translation>
    </message>
    <message>
        <source>Choose the folder of a project, or make a new one.</source>
        <translation>请选择一个项目文件夹，或新建一个项目。</translation>
    </message>
    <message>
        <source>Choose “automatic” or “processor” as the device and try again.</source>
        <translation>请将设备设为“自动”或“处理器”后重试。</translation>
    </message>
    <message>
        <source>Close other programs, choose a smaller model, or choose “processor” as the device.</source>
        <translation>请关闭其他程序，选择较小的模型，或将设备设为“处理器”。</translation>
    </message>
    <message>
        <source>Close other programs, choose “processor” as the device, or use a smaller model, and try again.</source>
        <translation>请关闭其他程序，将设备设为“处理器”，或使用较小的模型，然后重试。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>请关闭其他程序，或选择较小的模型。</translation>
    </message>
    <message>
        <source>Close other programs, or choose “processor” as the device, and start it again.</source>
        <translation>请关闭其他程序，或将设备设为“处理器”，然后重新开始。</translation>
    </message>
    <message>
        <source>Close other programs.</source>
        <translation>请关闭其他程序。</translation>
    </message>
    <message>
        <source>Close the other window and try again.</source>
        <translation>请关闭另一个窗口后重试。</translation>
    </message>
    <message>
        <source>Close the other window that works on it, or repair it if it is damaged; then open it again.</source>
        <translation>请关闭正在处理它的另一个窗口，如果它已损坏则先修复；然后重新打开。</translation>
    </message>
    <message>
        <source>Close the other window; go to another image and come back to see what was changed.</source>
        <translation>请关闭另一个窗口；转到其他图像再返回，即可看到更改。</translation>
    </message>
    <message>
        <source>Comparing with the model it came from</source>
        <translation>正在与微调前的模型比较</translation>
    </message>
    <message>
        <source>Copy it to a folder in which you may write and open the copy.</source>
        <translation>请将其复制到您有写入权限的文件夹，再打开副本。</translation>
    </message>
    <message>
        <source>Correct it, or leave it out to treat each image as a patient.</source>
        <translation>请改正它，或将其留空，把每张图像视为一名患者。</translation>
    </message>
    <message>
        <source>Cut or scale it down to at most {limit} megapixels.</source>
        <translation>请将其裁剪或缩小到不超过 {limit} 百万像素。</translation>
    </message>
    <message>
        <source>Download it again; if it happens again, the network changes files on their way: ask those who run it.</source>
        <translation>请重新下载；如果再次发生，说明网络在传输途中改动了文件，请联系网络管理人员。</translation>
    </message>
    <message>
        <source>Download it first, or choose the folder of a model that is on this computer.</source>
        <translation>请先下载该模型，或选择本机上某个模型的文件夹。</translation>
    </message>
    <message>
        <source>Download the model again; the model in use stays in use.</source>
        <translation>请重新下载模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Install the newer version to work with it; nothing was changed.</source>
        <translation>请安装新版程序后再使用；没有任何改动。</translation>
    </message>
    <message>
        <source>The check stopped unexpectedly: a package of this installation is broken, or the memory is too small.</source>
        <translation>检查意外停止：此安装的某个软件包已损坏，或内存太小。</translation>
    </message>
    <message>
        <source>Install the program again.</source>
        <translation>请重新安装程序。</translation>
    </message>
    <message>
        <source>The check could not be started.</source>
        <translation>无法启动检查。</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Looking at the image</source>
        <translation>正在分析图像</translation>
    </message>
    <message>
        <source>Looking at the labelled images ({done} of {all})</source>
        <translation>正在分析已标注的图像（{done} / {all}）</translation>
    </message>
    <message>
        <source>Make room and download it again: it goes on where it stopped.</source>
        <translation>请腾出空间后重新下载：会从中断处继续。</translation>
    </message>
    <message>
        <source>Make room on it, or choose another folder.</source>
        <translation>请释放磁盘空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Make room on the disk and start it again.</source>
        <translation>请释放磁盘空间，然后重新开始。</translation>
    </message>
    <message>
        <source>Make room on the disk and start it again; your labels are safe.</source>
        <translation>请释放磁盘空间，然后重新开始；您的标注完好。</translation>
    </message>
    <message>
        <source>Make room on the disk and try again.</source>
        <translation>请释放磁盘空间后重试。</translation>
    </message>
    <message>
        <source>Make room on the disk or allow writing, then start it again.</source>
        <translation>请释放磁盘空间或允许写入，然后重新开始。</translation>
    </message>
    <message>
        <source>Making room for the model</source>
        <translation>正在为模型腾出内存</translation>
    </message>
    <message>
        <source>No graphics card was found, so the processor is used.</source>
        <translation>没有找到显卡，因此使用处理器。</translation>
    </message>
    <message>
        <source>No mask is accepted yet, so there is nothing to write.</source>
        <translation>尚无已确认的掩膜，没有可写入的内容。</translation>
    </message>
    <message>
        <source>No model is loaded, so nothing can be predicted.</source>
        <translation>没有加载模型，无法预测。</translation>
    </message>
    <message>
        <source>No project can be made in the folder “{project}” because it cannot be written.</source>
        <translation>文件夹“{project}”无法写入，因此不能在其中新建项目。</translation>
    </message>
    <message>
        <source>Open a backup of it; do not delete the damaged file, it may still be repaired.</source>
        <translation>请打开它的备份；不要删除损坏的文件，它可能仍可修复。</translation>
    </message>
    <message>
        <source>Open it in the window once, then try again.</source>
        <translation>请先在窗口中打开一次，然后重试。</translation>
    </message>
    <message>
        <source>Open that project, or choose an empty folder.</source>
        <translation>请打开那个项目，或选择一个空文件夹。</translation>
    </message>
    <message>
        <source>Part of the model in “{folder}” is missing ({file}), so the model was not loaded.</source>
        <translation>“{folder}”中的模型缺少一部分（{file}），因此没有加载。</translation>
    </message>
    <message>
        <source>Proving that the model can learn from your labels</source>
        <translation>正在验证模型能否从您的标注中学习</translation>
    </message>
    <message>
        <source>Put it back or choose another; labels already made for it are safe.</source>
        <translation>请将其放回原处，或选择其他图像；已为它做的标注完好。</translation>
    </message>
    <message>
        <source>Put the image back where it was, or take its label back, and start again.</source>
        <translation>请将图像放回原处，或取消对它的确认，然后重新开始。</translation>
    </message>
    <message>
        <source>Put the image back, or label the new one, and start again.</source>
        <translation>请放回原来的图像，或标注新的图像，然后重新开始。</translation>
    </message>
    <message>
        <source>Rename the file and add the images again.</source>
        <translation>请重命名该文件，然后重新添加图像。</translation>
    </message>
    <message>
        <source>Save it as 8-bit PNG, or leave it out; the other images are not affected.</source>
        <translation>请将其另存为 8 位 PNG，或不使用它；其他图像不受影响。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program during the download; the model in use stays in use.</source>
        <translation>下载时程序内部出错；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program during the fine-tune; your labels are safe and nothing was changed.</source>
        <translation>微调期间程序内部出错；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program while the model was working; your labels are safe.</source>
        <translation>模型运行时程序内部出错；您的标注完好。</translation>
    </message>
    <message>
        <source>Start it again from the window.</source>
        <translation>请在窗口中重新开始。</translation>
    </message>
    <message>
        <source>Start it again from the window; your labels are safe.</source>
        <translation>请在窗口中重新开始；您的标注完好。</translation>
    </message>
    <message>
        <source>Start it again. If it happens again, send us the log file.</source>
        <translation>请重新开始。如果再次发生，请将日志文件发送给我们。</translation>
    </message>
    <message>
        <source>Start it again; if it happens again, send us the log file.</source>
        <translation>请重新开始；如果再次发生，请将日志文件发送给我们。</translation>
    </message>
    <message>
        <source>The base model was exchanged since this fine-tune was prepared, so it was not started.</source>
        <translation>准备此次微调之后，基础模型被更换，因此没有开始微调。</translation>
    </message>
    <message>
        <source>The computer&apos;s memory did not suffice for this fine-tune, so it was stopped; your labels are safe.</source>
        <translation>计算机内存不足，微调已停止；您的标注完好。</translation>
    </message>
    <message>
        <source>The computer&apos;s memory did not suffice for this image, so it has no prediction; everything else is kept.</source>
        <translation>计算机内存不足，此图像没有预测结果；其他内容均已保留。</translation>
    </message>
    <message>
        <source>Free some space or allow writing there; your own projects are not affected.</source>
        <translation>请释放一些空间或允许写入该文件夹；您自己的项目不受影响。</translation>
    </message>
    <message>
        <source>A label map holds {most} structures at most, so no masks were written.</source>
        <translation>一张标签图最多容纳 {most} 个结构，因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>A picture did not read back as it was written, so no copy was made.</source>
        <translation>一张图像读回时与写入的不同，因此没有制作副本。</translation>
    </message>
    <message>
        <source>A stored mask of the project “{project}” is damaged, so it was not used.</source>
        <translation>项目“{project}”中保存的一个掩膜已损坏，因此没有使用它。</translation>
    </message>
    <message>
        <source>Accept masks of other patients, or choose another set.</source>
        <translation>请确认其他患者的掩膜，或选择另一组。</translation>
    </message>
    <message>
        <source>Add the image that it belongs to.</source>
        <translation>请添加它所属的图像。</translation>
    </message>
    <message>
        <source>Allow writing there and try again.</source>
        <translation>请允许在该处写入，然后重试。</translation>
    </message>
    <message>
        <source>An image that is needed for this export cannot be read ({reason}), so no masks were written.</source>
        <translation>此导出所需的一张图像无法读取({reason}),因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>Another file was put in the place of the project “{project}” while it was open, so this change was not saved; what was saved before is in “{kept}”.</source>
        <translation>项目“{project}”打开期间，它的文件被换成了另一个文件，因此这一更改没有保存；此前保存的内容在“{kept}”中。</translation>
    </message>
    <message>
        <source>Ask those who installed the program to add “quant”, or load the model in full.</source>
        <translation>请安装本程序的人员添加“quant”组件，或完整加载该模型。</translation>
    </message>
    <message>
        <source>Ask those who look after this computer, or choose the folder of a model that is on it.</source>
        <translation>请联系管理这台电脑的人员，或选择本机上某个模型的文件夹。</translation>
    </message>
    <message>
        <source>Check {round} of {rounds}: learning without the patients compared on, at most about {minutes} min in all; memory: {memory}</source>
        <translation>第 {round} 次检查（共 {rounds} 次）：学习时不用要比较的患者，总共最多约 {minutes} 分钟；内存：{memory}</translation>
    </message>
    <message>
        <source>Choose PNG masks, or accept more masks.</source>
        <translation>请选择 PNG 掩膜，或确认更多掩膜。</translation>
    </message>
    <message>
        <source>Choose a folder with PNG, TIFF, NIfTI, DICOM segmentation or COCO files.</source>
        <translation>请选择含有 PNG、TIFF、NIfTI、DICOM 分割或 COCO 文件的文件夹。</translation>
    </message>
    <message>
        <source>Choose a folder with a Sa2VA model; the model in use stays in use.</source>
        <translation>请选择 Sa2VA 模型所在的文件夹；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Choose a new or an empty folder.</source>
        <translation>请选择新的或空的文件夹。</translation>
    </message>
    <message>
        <source>Choose another Sa2VA model: files of other formats could hold harmful code.</source>
        <translation>请选择其他 Sa2VA 模型：其他格式的文件可能含有有害代码。</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>请选择另一个文件。</translation>
    </message>
    <message>
        <source>Choose another folder, or make room on the disk.</source>
        <translation>请选择其他文件夹，或清理磁盘空间。</translation>
    </message>
    <message>
        <source>Choose another format, or remove the small islands first.</source>
        <translation>请选择另一种格式，或先去除小岛。</translation>
    </message>
    <message>
        <source>Choose fewer structures, or another format.</source>
        <translation>请选择较少的结构，或另一种格式。</translation>
    </message>
    <message>
        <source>Choose the file or the folder that your colleague exported with “Only what was learned”.</source>
        <translation>请选择同事用“仅学习所得的部分”导出的文件或文件夹。</translation>
    </message>
    <message>
        <source>Choose the folder of a version; a project keeps its own in “versions”.</source>
        <translation>请选择某个版本的文件夹；项目的版本保存在“versions”中。</translation>
    </message>
    <message>
        <source>Choose the model that it was made from, or another version.</source>
        <translation>请选择生成该版本时所用的模型，或选择其他版本。</translation>
    </message>
    <message>
        <source>Choose the model that it was made from; your versions and labels are safe.</source>
        <translation>请选择生成该版本时所用的模型；您的版本和标注完好。</translation>
    </message>
    <message>
        <source>Close the program and give that file the name “{name}” to go on with it.</source>
        <translation>请关闭程序，把那个文件改名为“{name}”，即可继续使用。</translation>
    </message>
    <message>
        <source>Cut the image, or choose a model of the InternVL family.</source>
        <translation>请裁剪图像，或选择 InternVL 系列的模型。</translation>
    </message>
    <message>
        <source>DICOM images that do not say what a segmentation has to repeat have none: {count}.</source>
        <translation>没有写明分割所需重复内容的 DICOM 图像没有分割：{count}。</translation>
    </message>
    <message>
        <source>DICOM segmentations name the patient and the study, as their images do; give them only to whom you may give the images.</source>
        <translation>DICOM 分割和其图像一样写明患者和检查；只交给您可以交付图像的人。</translation>
    </message>
    <message>
        <source>Do not use it; ask your colleague for another export.</source>
        <translation>请不要使用它；请同事重新导出。</translation>
    </message>
    <message>
        <source>Export it from where it comes from as RGB or grey; the other images are not affected.</source>
        <translation>请从来源处以 RGB 或灰度重新导出；其他图像不受影响。</translation>
    </message>
    <message>
        <source>Export it from where it comes from without compression; the other images are not affected.</source>
        <translation>请从来源处不压缩地重新导出；其他图像不受影响。</translation>
    </message>
    <message>
        <source>Fetching the new version from the cluster</source>
        <translation>正在从集群取回新版本</translation>
    </message>
    <message>
        <source>Give it the mask of one slice, or predict each slice by itself.</source>
        <translation>请提供某一张切片的掩膜，或逐张预测切片。</translation>
    </message>
    <message>
        <source>Handing a fine-tune to a Ray cluster needs an addition that is not installed, so nothing left this computer.</source>
        <translation>把微调交给 Ray 集群需要一个尚未安装的附加组件，因此没有任何内容离开本机。</translation>
    </message>
    <message>
        <source>Handing the labels over to the cluster</source>
        <translation>正在把标注交给集群</translation>
    </message>
    <message>
        <source>Icons ({icons}) and translations ({translations}) are there.</source>
        <translation>图标（{icons}）和翻译（{translations}）都在。</translation>
    </message>
    <message>
        <source>Icons or translations are missing or damaged: {files}.</source>
        <translation>图标或翻译缺失或损坏：{files}。</translation>
    </message>
    <message>
        <source>Images on which not every chosen structure is accepted are no training pairs and were left out of them: {count}.</source>
        <translation>并非每个所选结构都已确认的图像不是训练对，已从中略去：{count}。</translation>
    </message>
    <message>
        <source>Images that are no DICOM files have no DICOM segmentation: {count}.</source>
        <translation>不是 DICOM 文件的图像没有 DICOM 分割：{count}。</translation>
    </message>
    <message>
        <source>Images whose files do not say how large a pixel is have areas in pixels only: {count}.</source>
        <translation>文件未说明像素大小的图像只有以像素计的面积：{count}。</translation>
    </message>
    <message>
        <source>Import the masks of one kind at a time.</source>
        <translation>请一次导入一种掩膜。</translation>
    </message>
    <message>
        <source>Install Python 3.11.</source>
        <translation>请安装 Python 3.11。</translation>
    </message>
    <message>
        <source>Learning from all labels, at most about {minutes} min; memory: {memory}</source>
        <translation>正在从全部标注学习，最多约 {minutes} 分钟；内存：{memory}</translation>
    </message>
    <message>
        <source>Leave it out, or save it as PNG.</source>
        <translation>请略去它，或另存为 PNG。</translation>
    </message>
    <message>
        <source>Let this computer learn instead, or learn from fewer images.</source>
        <translation>请改为在本机学习，或减少用于学习的图像。</translation>
    </message>
    <message>
        <source>Let this computer learn, or have the extra installed: sa2va-annotator[ray].</source>
        <translation>请在本机学习，或请人安装附加组件：sa2va-annotator[ray]。</translation>
    </message>
    <message>
        <source>Make room on the disk and start the fine-tune again.</source>
        <translation>请腾出磁盘空间，然后重新开始微调。</translation>
    </message>
    <message>
        <source>Make room on the disk or allow writing there, then try again.</source>
        <translation>请释放磁盘空间或允许写入该位置，然后重试。</translation>
    </message>
    <message>
        <source>Make room on the disk or allow writing, then try again.</source>
        <translation>请清理磁盘空间或允许写入，然后重试。</translation>
    </message>
    <message>
        <source>Make room on the disk, or allow writing there; nothing else is affected.</source>
        <translation>请在磁盘上腾出空间，或允许在该处写入；其他不受影响。</translation>
    </message>
    <message>
        <source>Make room on the disk, or choose a smaller model.</source>
        <translation>请在磁盘上腾出空间，或选择较小的模型。</translation>
    </message>
    <message>
        <source>Make room on the disk.</source>
        <translation>请在磁盘上腾出空间。</translation>
    </message>
    <message>
        <source>Make room, or choose a folder on another disk.</source>
        <translation>请释放磁盘空间，或选择其他磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>Masks of the project “{project}” are damaged: {images}.</source>
        <translation>项目“{project}”的掩膜已损坏：{images}。</translation>
    </message>
    <message>
        <source>Masks that were drawn without a prediction have no map of probabilities: {count}.</source>
        <translation>没有预测而画出的掩膜没有概率图：{count}。</translation>
    </message>
    <message>
        <source>Nobody can say whether there is a graphics card ({kind}).</source>
        <translation>无法判断是否有显卡（{kind}）。</translation>
    </message>
    <message>
        <source>None of the accepted masks can be written in the formats that were chosen, so no masks were written.</source>
        <translation>所选格式无法写出任何已确认的掩膜，因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>Only {free} are free on the disk; {least} are wanted.</source>
        <translation>磁盘只剩 {free}；需要 {least}。</translation>
    </message>
    <message>
        <source>Only {free} of memory are free; {least} are wanted.</source>
        <translation>内存只剩 {free}；需要 {least}。</translation>
    </message>
    <message>
        <source>Only {{structure}}, {{image}}, {{folder}} and {{patient}} are filled in.</source>
        <translation>只会填入 {{structure}}、{{image}}、{{folder}} 和 {{patient}}。</translation>
    </message>
    <message>
        <source>Open a backup, or correct these images again.</source>
        <translation>请打开备份，或重新修正这些图像。</translation>
    </message>
    <message>
        <source>Open the image and save its mask again, or open a backup of the project.</source>
        <translation>请打开该图像并重新保存其掩膜，或打开项目的备份。</translation>
    </message>
    <message>
        <source>Outline the structure on this slice first, or begin on another one.</source>
        <translation>请先在此切片上勾画该结构，或从另一张切片开始。</translation>
    </message>
    <message>
        <source>Put it back, or choose only formats that need no image, such as PNG masks.</source>
        <translation>请把它放回去，或只选择不需要图像的格式，例如 PNG 掩膜。</translation>
    </message>
    <message>
        <source>Put it back.</source>
        <translation>请把它放回去。</translation>
    </message>
    <message>
        <source>Put the old file back or choose another; labels already made for it are safe.</source>
        <translation>请放回原来的文件或选择其他文件；已完成的标注是安全的。</translation>
    </message>
    <message>
        <source>Put the old file back, or give the new one another name and add it; the masks are safe.</source>
        <translation>请放回原来的文件，或将新文件改名后再添加；掩膜是安全的。</translation>
    </message>
    <message>
        <source>Put {{image}} into it.</source>
        <translation>请在其中加入 {{image}}。</translation>
    </message>
    <message>
        <source>Put {{structure}}, {{image}} or {{folder}} into the pattern.</source>
        <translation>请在模式中加入 {{structure}}、{{image}} 或 {{folder}}。</translation>
    </message>
    <message>
        <source>Putting the labels together for the cluster, without names</source>
        <translation>正在为集群准备标注（不含姓名）</translation>
    </message>
    <message>
        <source>Python {version} is what the program is made for.</source>
        <translation>Python {version} 符合程序要求。</translation>
    </message>
    <message>
        <source>Rejected images were left out: {count}.</source>
        <translation>已排除不可用的图像：{count} 张。</translation>
    </message>
    <message>
        <source>Restart the computer; if that does not help, install the driver of the card again.</source>
        <translation>请重新启动计算机；如果无效，请重新安装显卡驱动程序。</translation>
    </message>
    <message>
        <source>Save it with whole or decimal numbers; the other images are not affected.</source>
        <translation>请以整数或小数保存；其他图像不受影响。</translation>
    </message>
    <message>
        <source>Save the volume that you need as a file of its own.</source>
        <translation>请将需要的体数据另存为单独的文件。</translation>
    </message>
    <message>
        <source>Single images are not affected. Download the model again to carry masks through a stack.</source>
        <translation>单张图像不受影响。要在切片序列中延续掩膜，请重新下载模型。</translation>
    </message>
    <message>
        <source>Slices of volumes without an accepted mask are empty in NIfTI files, as if nothing were there: {count}.</source>
        <translation>在 NIfTI 文件中，没有已确认掩膜的切片是空的，如同那里什么都没有：{count}。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program during the check, so it was not finished.</source>
        <translation>检查时程序内部出错，因此检查没有完成。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program while the model was written; your versions and labels are safe.</source>
        <translation>写入模型时程序内部出错；您的版本和标注都是安全的。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program while the version was imported; your versions and labels are safe.</source>
        <translation>导入版本时程序内部出错；您的版本和标注是安全的。</translation>
    </message>
    <message>
        <source>Something went wrong inside the program while the versions were compared; nothing was changed.</source>
        <translation>比较版本时程序内部出错；没有任何更改。</translation>
    </message>
    <message>
        <source>Start from the base model: it learns from all labels again.</source>
        <translation>请从基础模型开始：它会重新学习所有标注。</translation>
    </message>
    <message>
        <source>Start it again when the cluster can be reached, or let this computer learn.</source>
        <translation>请在可以连接到集群时重新开始，或改为在本机学习。</translation>
    </message>
    <message>
        <source>Start it again, or let this computer learn. Who runs the cluster finds the reason in its log, under {name}.</source>
        <translation>请重新开始，或改为在本机学习。集群管理员可在其日志的 {name} 下找到原因。</translation>
    </message>
    <message>
        <source>Start it again, with fewer processes if that does not help.</source>
        <translation>请重新开始；如果仍不行，请减少进程数。</translation>
    </message>
    <message>
        <source>Start the fine-tune again.</source>
        <translation>请重新开始微调。</translation>
    </message>
    <message>
        <source>The DICOM file {file} holds masks of another image (a segmentation) and no picture, so it is not shown.</source>
        <translation>DICOM 文件 {file} 包含的是另一幅图像的掩膜（分割），没有图像，因此不显示。</translation>
    </message>
    <message>
        <source>The DICOM file {file} holds no masks (it is no segmentation).</source>
        <translation>DICOM 文件 {file} 不含掩膜(它不是分割)。</translation>
    </message>
    <message>
        <source>The DICOM file {file} holds no picture (it may be a report, a plan or a list), so there is nothing to show.</source>
        <translation>DICOM 文件 {file} 不包含图像（可能是报告、计划或列表），因此没有可显示的内容。</translation>
    </message>
    <message>
        <source>The DICOM file {file} is packed in a way that this program cannot unpack ({syntax}), so it is not shown.</source>
        <translation>DICOM 文件 {file} 的压缩方式（{syntax}）本程序无法解压，因此不显示。</translation>
    </message>
    <message>
        <source>The DICOM file {file} stores its colours in a way that this program cannot read ({kind}), so it is not shown.</source>
        <translation>DICOM 文件 {file} 的颜色存储方式（{kind}）本程序无法读取，因此不显示。</translation>
    </message>
    <message>
        <source>The NIfTI file {file} holds values that are neither grey nor colours ({kind}), so it is not shown.</source>
        <translation>NIfTI 文件 {file} 中的数值既不是灰度也不是颜色（{kind}），因此不显示。</translation>
    </message>
    <message>
        <source>The NIfTI file {file} holds {count} volumes (for example one after the other in time) and not one, so it is not shown.</source>
        <translation>NIfTI 文件 {file} 包含 {count} 个体数据（例如按时间先后），而不是一个，因此不显示。</translation>
    </message>
    <message>
        <source>The Ray cluster at {address} does not answer or does not take the job, so nothing was learned; your labels are safe.</source>
        <translation>地址为 {address} 的 Ray 集群没有应答或没有接受任务，因此没有学习；您的标注完好。</translation>
    </message>
    <message>
        <source>The Ray cluster does not answer any more, so the fine-tune was given up; your labels are safe, nothing was changed.</source>
        <translation>Ray 集群不再应答，因此微调已放弃；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>The cluster ended the fine-tune before it was finished, so there is no new version; your labels are safe.</source>
        <translation>集群在微调完成之前就将其结束，因此没有新版本；您的标注完好。</translation>
    </message>
    <message>
        <source>The demo image {file} is missing, so the demo was not started.</source>
        <translation>缺少演示图像 {file}，因此演示没有启动。</translation>
    </message>
    <message>
        <source>The demo model could not be asked ({why}).</source>
        <translation>无法使用演示模型（{why}）。</translation>
    </message>
    <message>
        <source>The demo model draws another mask than it should (Dice {dice}).</source>
        <translation>演示模型绘制的掩膜与应有的不同（Dice {dice}）。</translation>
    </message>
    <message>
        <source>The demo model draws the mask that it should (Dice {dice}).</source>
        <translation>演示模型绘制了应有的掩膜（Dice {dice}）。</translation>
    </message>
    <message>
        <source>The demo project could not be made because the folder {folder} cannot be written.</source>
        <translation>无法写入文件夹 {folder}，因此没有创建演示项目。</translation>
    </message>
    <message>
        <source>The description of this fine-tune is missing or damaged, so it was not started; your labels are safe.</source>
        <translation>此次微调的说明文件缺失或已损坏，因此没有开始；您的标注完好。</translation>
    </message>
    <message>
        <source>The disk has room for {free:.1f} GB, and the model needs {size:.1f} GB, so nothing was written.</source>
        <translation>磁盘剩余 {free:.1f} GB，而模型需要 {size:.1f} GB，因此没有写入任何内容。</translation>
    </message>
    <message>
        <source>The disk is full or write-protected, so the labels could not be put together for the cluster; none left this computer.</source>
        <translation>磁盘已满或被写保护，无法为集群准备标注；没有任何标注离开本机。</translation>
    </message>
    <message>
        <source>The disk is full, so no project was made.</source>
        <translation>磁盘已满，没有新建项目。</translation>
    </message>
    <message>
        <source>The disk is full, so the fine-tune was stopped; your labels are safe.</source>
        <translation>磁盘已满，微调已停止；您的标注完好。</translation>
    </message>
    <message>
        <source>The disk is full, so the project “{project}” can neither be read nor changed; what is in it is safe.</source>
        <translation>磁盘已满，因此无法读取或更改项目“{project}”；其中已有的内容是安全的。</translation>
    </message>
    <message>
        <source>The disk is full, so this change was not saved; everything before it is safe.</source>
        <translation>磁盘已满，此更改没有保存；之前的内容完好。</translation>
    </message>
    <message>
        <source>The disk of the folder “{folder}” is full, so no masks were written.</source>
        <translation>文件夹“{folder}”所在的磁盘已满，没有写入掩膜。</translation>
    </message>
    <message>
        <source>The disk of the folder “{folder}” may be failing; choose another one.</source>
        <translation>文件夹“{folder}”所在的磁盘可能有故障；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>The file in “{project}” belongs to another program, so it was not opened.</source>
        <translation>“{project}”中的文件属于其他程序，因此没有打开。</translation>
    </message>
    <message>
        <source>The file name “{file}” holds signs that cannot be kept, so no images were added.</source>
        <translation>文件名“{file}”含有无法保存的字符，因此没有添加图像。</translation>
    </message>
    <message>
        <source>The file {file} holds {count} pictures only, so this one cannot be shown.</source>
        <translation>文件 {file} 只包含 {count} 幅图像，因此无法显示这一幅。</translation>
    </message>
    <message>
        <source>The file {file} in “{folder}” is damaged, so the model was not loaded.</source>
        <translation>“{folder}”中的文件 {file} 已损坏，因此没有加载模型。</translation>
    </message>
    <message>
        <source>The file {file} is damaged, so it cannot be shown.</source>
        <translation>文件 {file} 已损坏，无法显示。</translation>
    </message>
    <message>
        <source>The file {file} is empty, so there is no image to show.</source>
        <translation>文件 {file} 是空的，没有可显示的图像。</translation>
    </message>
    <message>
        <source>The file {file} is not a NIfTI file in one piece, whatever its name says, so it cannot be shown.</source>
        <translation>无论名称如何，文件 {file} 都不是单个完整的 NIfTI 文件，因此无法显示。</translation>
    </message>
    <message>
        <source>The file {file} is not an image, whatever its name says, so it cannot be shown.</source>
        <translation>文件 {file} 虽然名称像图像，但实际不是图像，无法显示。</translation>
    </message>
    <message>
        <source>The file {file} lacks the beginning by which a DICOM file is known, so it cannot be shown.</source>
        <translation>文件 {file} 缺少 DICOM 文件的开头标识，因此无法显示。</translation>
    </message>
    <message>
        <source>The file {file} of the model “{name}” did not arrive as it was published, so it was deleted.</source>
        <translation>模型“{name}”的文件 {file} 收到时与发布的不一致，因此已删除。</translation>
    </message>
    <message>
        <source>The files are of different kinds ({names}), so nothing was imported.</source>
        <translation>文件种类不同({names}),因此没有导入任何内容。</translation>
    </message>
    <message>
        <source>The files of the version “{folder}” are missing or damaged, so it was not loaded.</source>
        <translation>版本“{folder}”的文件缺失或已损坏，因此没有加载。</translation>
    </message>
    <message>
        <source>The fine-tune could not be prepared because its folder cannot be written; your labels are safe.</source>
        <translation>微调的文件夹无法写入，因此未能准备微调；您的标注完好。</translation>
    </message>
    <message>
        <source>The fine-tune could not be prepared because the project&apos;s folder cannot be written; your labels are safe.</source>
        <translation>项目文件夹无法写入，因此未能准备微调；您的标注完好。</translation>
    </message>
    <message>
        <source>The fine-tune ran out of bounds and was stopped; your labels are safe and nothing was changed.</source>
        <translation>微调的数值失控，已停止；您的标注完好，没有任何改动。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part does not move when it is trained: the part that brings your words to the picture.</source>
        <translation>微调没有开始。有一部分在训练时没有变化：把您的文字与图像联系起来的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part does not move when it is trained: the part that draws masks.</source>
        <translation>微调没有开始。有一部分在训练时没有变化：绘制掩膜的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part does not move when it is trained: the part that looks at your images.</source>
        <translation>微调没有开始。有一部分在训练时没有变化：观看您的图像的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part does not move when it is trained: the part that reads your words.</source>
        <translation>微调没有开始。有一部分在训练时没有变化：阅读您的文字的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part would learn nothing from your labels: the part that brings your words to the picture.</source>
        <translation>微调没有开始。有一部分无法从您的标注中学到东西：把您的文字与图像联系起来的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part would learn nothing from your labels: the part that draws masks.</source>
        <translation>微调没有开始。有一部分无法从您的标注中学到东西：绘制掩膜的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part would learn nothing from your labels: the part that looks at your images.</source>
        <translation>微调没有开始。有一部分无法从您的标注中学到东西：观看您的图像的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started. One part would learn nothing from your labels: the part that reads your words.</source>
        <translation>微调没有开始。有一部分无法从您的标注中学到东西：阅读您的文字的部分。</translation>
    </message>
    <message>
        <source>The fine-tune was not started: all parts of this model that could learn are frozen.</source>
        <translation>没有开始微调：此模型中可学习的部分均被锁定。</translation>
    </message>
    <message>
        <source>The fine-tune was not started: the model&apos;s answers on your labels are no numbers.</source>
        <translation>没有开始微调：模型对您的标注给出的结果不是有效数值。</translation>
    </message>
    <message>
        <source>The fine-tune was not started: what the model answers is cut off from the parts that are to learn, so it would have run for hours and changed nothing.</source>
        <translation>没有开始微调：模型的结果与需要学习的部分没有联系，即使运行数小时也不会有任何变化。</translation>
    </message>
    <message>
        <source>The folder “{folder}” already holds {place} and {others} more files that this project did not write there, so no masks were written.</source>
        <translation>文件夹“{folder}”中已有 {place} 和另外 {others} 个不是由此项目写入的文件，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” already holds {place}, which this project did not write there, so no masks were written.</source>
        <translation>文件夹“{folder}”中已有不是由此项目写入的 {place}，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” belongs to the project itself, so no masks were written.</source>
        <translation>文件夹“{folder}”属于项目本身，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” can be written.</source>
        <translation>文件夹“{folder}”可以写入。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be made ({reason}), so there is no place for the results.</source>
        <translation>无法创建文件夹“{folder}”（{reason}），结果无处存放。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be reached (its disk or network folder may be gone), so no masks were written.</source>
        <translation>无法访问文件夹“{folder}”（其磁盘或网络文件夹可能已断开），因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be read, so no images were added.</source>
        <translation>无法读取文件夹“{folder}”，因此没有添加图像。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be written, so no copy was made.</source>
        <translation>无法写入文件夹“{folder}”，因此没有制作副本。</translation>
    </message>
    <message>
        <source>The folder “{folder}” cannot be written.</source>
        <translation>文件夹“{folder}”无法写入。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds a manifest.csv that this program did not write, so no masks were written.</source>
        <translation>文件夹“{folder}”中有一个不是由本程序写入的 manifest.csv，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds a model of another kind ({kind}), so it was not loaded.</source>
        <translation>文件夹“{folder}”中是其他类型的模型（{kind}），因此没有加载。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds masks of another project, so no masks were written.</source>
        <translation>文件夹“{folder}”中有其他项目的掩膜，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds no fine-tuned version, so nothing was imported.</source>
        <translation>文件夹“{folder}”中没有微调版本，因此没有导入任何内容。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds no fine-tuned version, so nothing was written.</source>
        <translation>文件夹“{folder}”中没有微调版本，因此没有写入任何内容。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds no masks, so nothing was imported.</source>
        <translation>文件夹“{folder}”不含掩膜，因此没有导入任何内容。</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds no model ({file} is missing), so nothing was loaded.</source>
        <translation>文件夹“{folder}”中没有模型（缺少 {file}），因此没有加载。</translation>
    </message>
    <message>
        <source>The folder “{folder}” is not empty, so no copy was made.</source>
        <translation>文件夹“{folder}”不是空的，因此没有制作副本。</translation>
    </message>
    <message>
        <source>The folder “{folder}” was gone before all of it was searched (its disk or network may be gone), so no images were added.</source>
        <translation>文件夹“{folder}”在全部查找完之前就不见了(其磁盘或网络可能已断开),因此没有添加图像。</translation>
    </message>
    <message>
        <source>The folder “{project}” already holds a project, so no new one was made.</source>
        <translation>文件夹“{project}”中已有项目，因此没有新建项目。</translation>
    </message>
    <message>
        <source>The folder “{project}” holds no project, so none was opened.</source>
        <translation>文件夹“{project}”中没有项目，因此没有打开项目。</translation>
    </message>
    <message>
        <source>The graphics card is used because it was chosen.</source>
        <translation>已选择显卡，因此使用显卡。</translation>
    </message>
    <message>
        <source>The graphics card stopped answering, so this was not finished; your labels and strokes are safe.</source>
        <translation>显卡停止响应，因此没有完成；您的标注和笔画都安全。</translation>
    </message>
    <message>
        <source>The graphics card {name} was found and answers.</source>
        <translation>已找到显卡 {name}，并且它有响应。</translation>
    </message>
    <message>
        <source>The graphics processor of this Apple computer was found and is used.</source>
        <translation>找到了这台 Apple 电脑的图形处理器，正在使用。</translation>
    </message>
    <message>
        <source>The hub did not give the model “{name}” (its answer was {status}), so the download stopped; what came is kept.</source>
        <translation>模型网站没有提供模型“{name}”（其答复为 {status}），因此下载停止；已收到的部分会保留。</translation>
    </message>
    <message>
        <source>The image is more than {times} times as long as wide, and this model cannot look at such a one.</source>
        <translation>图像的长边超过短边的 {times} 倍，此模型无法处理这样的图像。</translation>
    </message>
    <message>
        <source>The image {file} cannot be read (it was moved, deleted, or this account may not read it), so it is not shown.</source>
        <translation>无法读取图像 {file}（已被移动、删除，或此账户无权读取），因此没有显示。</translation>
    </message>
    <message>
        <source>The image {file} cannot be read any more, so its place in the body is not known.</source>
        <translation>图像 {file} 已无法读取，因此不知道它在身体中的位置。</translation>
    </message>
    <message>
        <source>The image {file} is damaged or of a kind that this program cannot read, so it is not shown.</source>
        <translation>图像 {file} 已损坏，或属于本程序无法读取的类型，因此没有显示。</translation>
    </message>
    <message>
        <source>The image {file} is larger than this program can correct, so it is not shown.</source>
        <translation>图像 {file} 超出本程序可修正的大小，因此没有显示。</translation>
    </message>
    <message>
        <source>The image {file} is needed for this export and cannot be read, or is another one now, so nothing was written.</source>
        <translation>此导出需要图像 {file},但它无法读取，或现在已是另一张图像，因此没有写出任何内容。</translation>
    </message>
    <message>
        <source>The image {file} was exchanged or changed since it was put into the project, so it is not shown: its masks would lie on another picture.</source>
        <translation>图像 {file} 在加入项目后被替换或更改，因此不显示：它的掩膜会落在另一幅图像上。</translation>
    </message>
    <message>
        <source>The labelled images are too large to be sent to the cluster ({size} MB, at most {most}), so nothing left this computer.</source>
        <translation>已标注的图像太大，无法发送到集群（{size} MB，最多 {most} MB），因此没有任何内容离开本机。</translation>
    </message>
    <message>
        <source>The labels of this project cannot be counted now.</source>
        <translation>现在无法统计此项目的标注。</translation>
    </message>
    <message>
        <source>The language part cannot be loaded in 8 or 4 bits because the addition for it (bitsandbytes) is not installed.</source>
        <translation>没有安装所需的附加组件（bitsandbytes），因此无法以 8 位或 4 位加载语言部分。</translation>
    </message>
    <message>
        <source>The list of model folders could not be written, so “{folder}” is only known until the program is closed.</source>
        <translation>无法写入模型文件夹列表，因此“{folder}”只在程序关闭前有效。</translation>
    </message>
    <message>
        <source>The list of the demo images is missing or damaged, so the demo was not started.</source>
        <translation>演示图像的列表缺失或已损坏，因此演示没有启动。</translation>
    </message>
    <message>
        <source>The mask changed too much from the slice before, so the masks end before it.</source>
        <translation>与前一张切片相比，掩膜变化过大，因此掩膜到此切片之前为止。</translation>
    </message>
    <message>
        <source>The mask file {file} is damaged, or of a kind that cannot be read, so it was not imported.</source>
        <translation>掩膜文件 {file} 已损坏，或属于无法读取的种类，因此没有导入。</translation>
    </message>
    <message>
        <source>The mask of this slice is empty, so there is nothing to carry on.</source>
        <translation>此切片的掩膜是空的，因此没有可延续的内容。</translation>
    </message>
    <message>
        <source>The mask {place} did not read back as it was written, so no masks were written.</source>
        <translation>掩膜 {place} 读回的内容与写入的不一致，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>The masks of {image} have more than {most} pieces, which a 16-bit picture cannot number, so no masks were written.</source>
        <translation>{image} 的掩膜有超过 {most} 块,16 位图片无法编号，因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>The memory became full while the model was loaded, so it is not in use.</source>
        <translation>加载模型时内存已满，因此没有使用该模型。</translation>
    </message>
    <message>
        <source>The memory does not suffice for that much, so the model learns how masks are drawn (“Quick”) and nothing else</source>
        <translation>内存不足以学习这么多，因此模型只学习如何绘制掩膜（“快速”）</translation>
    </message>
    <message>
        <source>The memory is small: the model learns from {count} images at a time; the result is the same</source>
        <translation>内存较小：模型每次从 {count} 张图像中学习；结果相同</translation>
    </message>
    <message>
        <source>The memory of the graphics card does not suffice, so the processor computes instead; it takes longer</source>
        <translation>显卡内存不足，改由处理器计算；需要更长时间</translation>
    </message>
    <message>
        <source>The model can learn from these labels. Nothing was learned, since this was only a trial.</source>
        <translation>模型可以从这些标注中学习。这只是试运行，因此没有学习任何内容。</translation>
    </message>
    <message>
        <source>The model description in “{folder}” is incomplete, so the model was not loaded.</source>
        <translation>“{folder}”中的模型说明不完整，因此没有加载模型。</translation>
    </message>
    <message>
        <source>The model found nothing of the structure on this slice, so the masks end before it.</source>
        <translation>模型在此切片上没有找到该结构，因此掩膜到此切片之前为止。</translation>
    </message>
    <message>
        <source>The model gave no usable answer for this image, so nothing was changed.</source>
        <translation>模型没有对此图像给出可用的结果，因此没有任何改动。</translation>
    </message>
    <message>
        <source>The model in “{folder}” is not complete ({key} is missing), so it was not loaded.</source>
        <translation>“{folder}”中的模型不完整（缺少 {key}），因此没有加载。</translation>
    </message>
    <message>
        <source>The model in “{folder}” uses a language part ({kind}) that this program does not know, so it was not loaded.</source>
        <translation>“{folder}”中的模型使用了本程序不认识的语言部分（{kind}），因此没有加载。</translation>
    </message>
    <message>
        <source>The model was not sure of its mask on this slice, so the masks end before it.</source>
        <translation>模型对此切片上的掩膜没有把握，因此掩膜到此切片之前为止。</translation>
    </message>
    <message>
        <source>The model “{name}” could not be written into the folder of downloaded models, so the download stopped.</source>
        <translation>无法将模型“{name}”写入存放已下载模型的文件夹，因此下载停止。</translation>
    </message>
    <message>
        <source>The model “{name}” is being downloaded already, so it was not begun a second time.</source>
        <translation>模型“{name}”已在下载中，因此没有再次开始。</translation>
    </message>
    <message>
        <source>The model “{name}” is not on this computer, so nothing was loaded.</source>
        <translation>模型“{name}”不在本机上，因此没有加载。</translation>
    </message>
    <message>
        <source>The model “{name}” is only given to those who agreed to its terms, so it was not downloaded.</source>
        <translation>模型“{name}”只提供给同意其条款的人，因此没有下载。</translation>
    </message>
    <message>
        <source>The model “{name}” is published with a weight file missing, so it cannot be used.</source>
        <translation>发布的模型“{name}”缺少一个权重文件，因此无法使用。</translation>
    </message>
    <message>
        <source>The model “{name}” needs {needed} of memory and {free} are free, so it was not loaded.</source>
        <translation>模型“{name}”需要 {needed} 内存，目前空闲 {free}，因此没有加载。</translation>
    </message>
    <message>
        <source>The model “{name}” needs {needed} of the graphics card&apos;s memory and {free} are free, so it was not loaded.</source>
        <translation>模型“{name}”需要 {needed} 显存，目前空闲 {free}，因此没有加载。</translation>
    </message>
    <message>
        <source>The model&apos;s answers on your labels are no numbers, so the fine-tune was stopped; nothing was changed.</source>
        <translation>模型对您的标注给出的结果不是有效数值，微调已停止；没有任何改动。</translation>
    </message>
    <message>
        <source>The new version could not be put in its place, so the fine-tune brought nothing.</source>
        <translation>无法将新版本存入其位置，此次微调没有产生新版本。</translation>
    </message>
    <message>
        <source>The new version could not be written (the disk is full or write-protected), so the fine-tune brought nothing.</source>
        <translation>无法写入新版本（磁盘已满或被写保护），此次微调没有产生新版本。</translation>
    </message>
    <message>
        <source>The new version has only learned where the structure usually lies, not what it looks like: on images it never saw one and the same mask for all of them would do as well (Dice {constant:.3f} against {after:.3f}). The model in use stays in use; check whether the labels belong to their images.</source>
        <translation>新版本只学会了结构通常所在的位置，没有学会它的样子：在它从未见过的图像上，让所有图像共用同一个掩膜也能达到同样的效果（Dice {constant:.3f}，新版本为 {after:.3f}）。仍使用当前模型；请检查标注与图像是否对应。</translation>
    </message>
    <message>
        <source>The new version is better on images it never saw: Dice {after:.3f} instead of {before:.3f} (gain {gain:.3f}, 95 % between {low:.3f} and {high:.3f}).</source>
        <translation>新版本在它从未见过的图像上更好：Dice 由 {before:.3f} 变为 {after:.3f}（提高 {gain:.3f}，95% 区间为 {low:.3f} 至 {high:.3f}）。</translation>
    </message>
    <message>
        <source>The new version is better on images it never saw: Dice {after:.3f} instead of {before:.3f} with the base model, and better than the version in use (gain {used_gain:.3f}, 95 % between {used_low:.3f} and {used_high:.3f}).</source>
        <translation>新版本在从未见过的图像上更好：Dice 为 {after:.3f}，基础模型为 {before:.3f}；并且优于正在使用的版本（提高 {used_gain:.3f}，95 % 区间为 {used_low:.3f} 至 {used_high:.3f}）。</translation>
    </message>
    <message>
        <source>The new version is better than the base model on images it never saw (Dice {after:.3f} instead of {before:.3f}), but not surely better than the version in use (gain {used_gain:.3f}, by chance anywhere between {used_low:.3f} and {used_high:.3f}). The version in use stays in use.</source>
        <translation>新版本在从未见过的图像上优于基础模型（Dice 为 {after:.3f}，基础模型为 {before:.3f}），但不能确定优于正在使用的版本（提高 {used_gain:.3f}，偶然情况下可能在 {used_low:.3f} 至 {used_high:.3f} 之间）。正在使用的版本保持不变。</translation>
    </message>
    <message>
        <source>The new version is not better on images it never saw: Dice {after:.3f} instead of {before:.3f}. The model in use stays in use.</source>
        <translation>新版本在它从未见过的图像上没有变好：Dice 由 {before:.3f} 变为 {after:.3f}。仍使用当前模型。</translation>
    </message>
    <message>
        <source>The new version is not on the disk as it was written, so it was not taken in; your labels are safe.</source>
        <translation>磁盘上的新版本与写入时不同，因此没有采用；您的标注是安全的。</translation>
    </message>
    <message>
        <source>The new version is not surely better on images it never saw: Dice {after:.3f} instead of {before:.3f}, but by chance the gain could lie anywhere between {low:.3f} and {high:.3f}. The model in use stays in use.</source>
        <translation>不能确定新版本在它从未见过的图像上更好：Dice 由 {before:.3f} 变为 {after:.3f}，但受偶然因素影响，提高的幅度可能在 {low:.3f} 至 {high:.3f} 之间。仍使用当前模型。</translation>
    </message>
    <message>
        <source>The new version, read back from the disk, does not predict what was learned, so it was thrown away.</source>
        <translation>从磁盘读回的新版本不能给出学到的预测结果，已被丢弃。</translation>
    </message>
    <message>
        <source>The other images are not affected; leave it out.</source>
        <translation>其他图像不受影响；请略过此文件。</translation>
    </message>
    <message>
        <source>The other images are not affected; replace this file or leave it out.</source>
        <translation>其他图像不受影响；请替换此文件，或不使用它。</translation>
    </message>
    <message>
        <source>The package {package} cannot be loaded ({kind}).</source>
        <translation>无法加载软件包 {package}（{kind}）。</translation>
    </message>
    <message>
        <source>The part of the model in “{folder}” that follows a structure through a stack is not complete ({key}).</source>
        <translation>“{folder}”中的模型用于在切片序列中追踪结构的部分不完整（{key}）。</translation>
    </message>
    <message>
        <source>The pattern of names cannot be understood ({word}), so no masks were written.</source>
        <translation>无法理解名称的模式({word}),因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>The pattern of names lacks {{image}}, so no masks were written: all of them would have one name.</source>
        <translation>名称的模式缺少 {{image}},因此没有写出任何掩膜：所有掩膜会同名。</translation>
    </message>
    <message>
        <source>The pattern “{pattern}” for patients cannot be understood, so nothing was started.</source>
        <translation>无法理解用于区分患者的规则“{pattern}”，因此没有开始。</translation>
    </message>
    <message>
        <source>The processor is used because it was chosen.</source>
        <translation>已选择处理器，因此使用处理器。</translation>
    </message>
    <message>
        <source>The program and its background worker did not understand each other.</source>
        <translation>程序与其后台进程无法相互理解。</translation>
    </message>
    <message>
        <source>The program is not made for Python {version}.</source>
        <translation>程序不支持 Python {version}。</translation>
    </message>
    <message>
        <source>The project “{project}” is only looked at here, so nothing was saved in it.</source>
        <translation>项目“{project}”在这里仅供查看，因此没有保存任何内容。</translation>
    </message>
    <message>
        <source>The project “{project}” is sound; masks looked at: {count}.</source>
        <translation>项目“{project}”完好；已检查的掩膜：{count} 个。</translation>
    </message>
    <message>
        <source>The slice {name} has another size than the mask that is carried on, so the masks end before it.</source>
        <translation>切片 {name} 的尺寸与要延续的掩膜不同，因此掩膜到此切片之前为止。</translation>
    </message>
    <message>
        <source>The version could not be imported because the project&apos;s folder cannot be written.</source>
        <translation>无法写入项目文件夹，因此没有导入版本。</translation>
    </message>
    <message>
        <source>The version could not be written as one file (the disk is full or write-protected).</source>
        <translation>无法将版本写成一个文件（磁盘已满或写保护）。</translation>
    </message>
    <message>
        <source>There are no accepted masks of this kind, so the versions cannot be compared on them.</source>
        <translation>没有这一类已确认的掩膜，因此无法在其上比较版本。</translation>
    </message>
    <message>
        <source>There is already something called “{name}”, so nothing was written.</source>
        <translation>已有名为“{name}”的内容，因此没有写入。</translation>
    </message>
    <message>
        <source>There is little room on the disk, so no backup of “{project}” was made today; the project itself is safe.</source>
        <translation>磁盘空间不足，今天没有为“{project}”做备份；项目本身是安全的。</translation>
    </message>
    <message>
        <source>There is no model “{name}” on the hub, or it is not public, so nothing was downloaded.</source>
        <translation>模型网站上没有模型“{name}”，或者它没有公开，因此没有下载。</translation>
    </message>
    <message>
        <source>This fine-tune is being worked on already, so it was not started a second time.</source>
        <translation>这次微调已在进行中，因此没有再次启动。</translation>
    </message>
    <message>
        <source>This model has no memory for stacks, so it cannot follow words alone from slice to slice.</source>
        <translation>此模型没有用于切片序列的记忆，因此不能仅凭文字逐张追踪。</translation>
    </message>
    <message>
        <source>This version is in use, so it was not deleted.</source>
        <translation>此版本正在使用，因此没有删除。</translation>
    </message>
    <message>
        <source>To change it, click on its lock in the list of structures.</source>
        <translation>如需更改，请在结构列表中单击它的锁。</translation>
    </message>
    <message>
        <source>Try again later. If it happens again, check the name.</source>
        <translation>请稍后重试。如果再次发生，请检查名称。</translation>
    </message>
    <message>
        <source>Try again: the model is loaded anew. If it happens again, restart the computer, or choose “processor” as the device.</source>
        <translation>请再试一次：模型会重新加载。如果再次发生，请重新启动计算机，或选择“处理器”作为设备。</translation>
    </message>
    <message>
        <source>Trying one step</source>
        <translation>正在试运行一步</translation>
    </message>
    <message>
        <source>Use another version or the base model first.</source>
        <translation>请先使用其他版本或基础模型。</translation>
    </message>
    <message>
        <source>Wait for the end of the other download, or cancel it.</source>
        <translation>请等待另一个下载结束，或取消它。</translation>
    </message>
    <message>
        <source>Wait until it has ended; your labels are safe.</source>
        <translation>请等它结束；您的标注是安全的。</translation>
    </message>
    <message>
        <source>Waiting for the cluster</source>
        <translation>正在等待集群</translation>
    </message>
    <message>
        <source>What came back from the cluster is not what was made there, so it was thrown away; your labels are safe.</source>
        <translation>从集群取回的内容与那里生成的不一致，已丢弃；您的标注完好。</translation>
    </message>
    <message>
        <source>With this pattern of names two masks would be called {place}, so no masks were written.</source>
        <translation>按此名称模式，两个掩膜都会叫 {place},因此没有写出任何掩膜。</translation>
    </message>
    <message>
        <source>{file} has drawings laid over the picture (a DICOM overlay); they are not shown.</source>
        <translation>{file} 的图像上叠加了绘制内容（DICOM 叠加层），这些内容不会显示。</translation>
    </message>
    <message>
        <source>{file} holds several pictures one after the other; only the first is used.</source>
        <translation>{file} 包含多幅连续的图像，只使用第一幅。</translation>
    </message>
    <message>
        <source>{free} are free on the disk.</source>
        <translation>磁盘剩余 {free}。</translation>
    </message>
    <message>
        <source>{free} of memory are free.</source>
        <translation>内存剩余 {free}。</translation>
    </message>
    <message>
        <source>“{file}” holds files that would be written outside of their folder, so nothing was read from it.</source>
        <translation>“{file}”中有会写到文件夹之外的文件，因此没有读取。</translation>
    </message>
    <message>
        <source>“{file}” holds no version that this program has written, so nothing was imported.</source>
        <translation>“{file}”中没有本程序写出的版本，因此没有导入任何内容。</translation>
    </message>
    <message>
        <source>“{file}” is no version: only safetensors with their description are read, so nothing was imported.</source>
        <translation>“{file}”不是版本：只读取带说明的 safetensors，因此没有导入任何内容。</translation>
    </message>
    <message>
        <source>“{name}” is a model of another kind ({kind}), so it was not downloaded.</source>
        <translation>“{name}”是另一种模型（{kind}），因此没有下载。</translation>
    </message>
    <message>
        <source>“{structure}” is locked, so its mask was not changed.</source>
        <translation>“{structure}”已锁定，因此它的掩膜没有改变。</translation>
    </message>
    <message>
        <source>“{wanted}” is called “{given}” in the export: its name is not possible on every system.</source>
        <translation>“{wanted}”在导出中命名为“{given}”：原名称并非在所有系统上都可用。</translation>
    </message>
    <message>
        <source>“{wanted}” is called “{given}” in the export: its name is there twice.</source>
        <translation>“{wanted}”在导出中命名为“{given}”：该名称出现了两次。</translation>
    </message>
    <message>
        <source>The project “{project}” cannot be reached (its disk or network folder may be gone), so nothing was changed.</source>
        <translation>无法访问项目“{project}”（其磁盘或网络文件夹可能已断开），因此没有任何改动。</translation>
    </message>
    <message>
        <source>A graphics card was found and is used.</source>
        <translation>找到了显卡，正在使用。</translation>
    </message>
    <message>
        <source>A graphics card was found but does not answer, so the processor is used.</source>
        <translation>找到了显卡但它没有响应，因此使用处理器。</translation>
    </message>
    <message>
        <source>A version of this kind cannot be taught further, so the fine-tune was not started; your labels are safe.</source>
        <translation>这种版本不能继续训练，因此没有开始微调；您的标注是安全的。</translation>
    </message>
    <message>
        <source>Agree to them on its page of the hub and sign in there, or choose another model.</source>
        <translation>请在模型网站上该模型的页面同意条款并登录，或选择其他模型。</translation>
    </message>
    <message>
        <source>Check the internet connection and download it again: it goes on where it stopped.</source>
        <translation>请检查网络连接后重新下载：会从中断处继续。</translation>
    </message>
    <message>
        <source>Downloading {file}</source>
        <translation>正在下载 {file}</translation>
    </message>
    <message>
        <source>Learning, at most about {minutes} min; memory: {memory}</source>
        <translation>正在学习，最多约 {minutes} 分钟；内存：{memory}</translation>
    </message>
    <message>
        <source>The connection to the hub failed, so the model “{name}” is not here yet; what came is kept.</source>
        <translation>与模型网站的连接失败，因此模型“{name}”尚未到达本机；已收到的部分会保留。</translation>
    </message>
    <message>
        <source>The disk became full during the download of “{name}”; what came is kept, and nothing else was changed.</source>
        <translation>下载“{name}”时磁盘已满；已收到的部分会保留，其他没有改动。</translation>
    </message>
    <message>
        <source>The disk has too little room for the model “{name}”: it needs {needed} more, and {free} are free.</source>
        <translation>磁盘空间不足以存放模型“{name}”：还需要 {needed}，目前空闲 {free}。</translation>
    </message>
    <message>
        <source>The fine-tune was not started: one part of the model moved although it has to stay as it is.</source>
        <translation>微调未开始：模型的一个部分本应保持不变，却发生了变化。</translation>
    </message>
    <message>
        <source>The model “{name}” is not on this computer, and downloading is switched off here.</source>
        <translation>模型“{name}”不在本机上，而这里已关闭下载。</translation>
    </message>
    <message>
        <source>The project “{project}” holds commands that this program did not write, so it was not opened.</source>
        <translation>项目“{project}”中含有不是由本程序写入的命令，因此没有打开。</translation>
    </message>
    <message>
        <source>The project “{project}” is damaged and was not changed.</source>
        <translation>项目“{project}”已损坏，没有对它作任何改动。</translation>
    </message>
    <message>
        <source>The project “{project}” is write-protected, so nothing can be saved in it.</source>
        <translation>项目“{project}”被写保护，无法在其中保存任何内容。</translation>
    </message>
    <message>
        <source>The project “{project}” was made by a newer version of this program ({step}), so it was not opened.</source>
        <translation>项目“{project}”由本程序的更新版本（{step}）创建，因此没有打开。</translation>
    </message>
    <message>
        <source>The project “{project}” was made by an older version of this program and must be brought up to date.</source>
        <translation>项目“{project}”由本程序的旧版本创建，需要更新。</translation>
    </message>
    <message>
        <source>The structure has no prompt, so the model does not know what to look for.</source>
        <translation>该结构没有提示词，模型不知道要查找什么。</translation>
    </message>
    <message>
        <source>The version in “{folder}” does not say what it was made from, so it cannot be used.</source>
        <translation>“{folder}”中的版本没有注明来自哪个模型，因此无法使用。</translation>
    </message>
    <message>
        <source>The version “{folder}” does not fit its base model ({part}), so it was not loaded.</source>
        <translation>版本“{folder}”与其基础模型不匹配（{part}），因此没有加载。</translation>
    </message>
    <message>
        <source>The version “{folder}” does not fit its base model ({part}), so nothing was written.</source>
        <translation>版本“{folder}”与其基础模型不符（{part}），因此没有写入任何内容。</translation>
    </message>
    <message>
        <source>The version “{folder}” was made from another base model, so it was not loaded.</source>
        <translation>版本“{folder}”来自其他基础模型，因此没有加载。</translation>
    </message>
    <message>
        <source>The version “{folder}” was made from another base model, so nothing was written.</source>
        <translation>版本“{folder}”由另一个基础模型生成，因此没有写入任何内容。</translation>
    </message>
    <message>
        <source>The word list (tokenizer) in “{folder}” does not belong to a Sa2VA model, so it was not loaded.</source>
        <translation>“{folder}”中的词表（tokenizer）不属于 Sa2VA 模型，因此没有加载。</translation>
    </message>
    <message>
        <source>The word list (tokenizer) in “{folder}” is missing or damaged, so the model was not loaded.</source>
        <translation>“{folder}”中的词表（tokenizer）缺失或已损坏，因此没有加载模型。</translation>
    </message>
    <message>
        <source>There already is a structure called “{name}”, so nothing was changed.</source>
        <translation>已有名为“{name}”的结构，因此没有任何改动。</translation>
    </message>
    <message>
        <source>There are too few accepted labels ({count}) to learn from some and compare on others, so nothing was started.</source>
        <translation>已确认的标注太少（{count} 个），无法一部分用于学习、一部分用于比较，因此没有开始。</translation>
    </message>
    <message>
        <source>There is already something at “{target}”, so nothing was written.</source>
        <translation>“{target}”处已有内容，因此没有写入任何内容。</translation>
    </message>
    <message>
        <source>There is no model “{name}” on this computer, so nothing was loaded.</source>
        <translation>本机上没有模型“{name}”，因此没有加载。</translation>
    </message>
    <message>
        <source>This computer has no graphics card that the model can use, although one was asked for; nothing was started.</source>
        <translation>已选择使用显卡，但本机没有模型可用的显卡；没有开始。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, send us the log file.</source>
        <translation>请重试。如果再次发生，请将日志文件发送给我们。</translation>
    </message>
    <message>
        <source>Try another prompt, or go back to the base model.</source>
        <translation>请尝试其他提示词，或退回到基础模型。</translation>
    </message>
    <message>
        <source>Use another model; your labels are safe.</source>
        <translation>请使用其他模型；您的标注完好。</translation>
    </message>
    <message>
        <source>Use another version or the base model; the model in use stays in use.</source>
        <translation>请使用其他版本或基础模型；仍使用当前模型。</translation>
    </message>
    <message>
        <source>Use another version or the base model; your labels are safe.</source>
        <translation>请使用其他版本或基础模型；您的标注完好。</translation>
    </message>
    <message>
        <source>Write what is to be outlined, for example “the polyp”.</source>
        <translation>请写明要勾画的内容，例如“the polyp”。</translation>
    </message>
    <message>
        <source>Writing the new version and reading it back</source>
        <translation>正在写入新版本并读回核对</translation>
    </message>
    <message>
        <source>You may not write into the folder “{folder}”, so no masks were written.</source>
        <translation>您没有文件夹“{folder}”的写入权限，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>Your labels are safe and the model in use stays in use. Use another model, or send us the log file.</source>
        <translation>您的标注完好，仍使用当前模型。请使用其他模型，或将日志文件发送给我们。</translation>
    </message>
    <message>
        <source>Your labels are safe. Try again; if it happens again, restart the program.</source>
        <translation>您的标注完好。请重试；如果再次发生，请重新启动程序。</translation>
    </message>
    <message>
        <source>“{folder}” holds no model (its config.json is missing), so nothing was loaded.</source>
        <translation>“{folder}”中没有模型（缺少 config.json），因此没有加载。</translation>
    </message>
    <message>
        <source>“{folder}” is a file and not a folder, so no masks were written.</source>
        <translation>“{folder}”是文件而不是文件夹，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>“{name}” could not be written ({reason}).</source>
        <translation>无法写入“{name}”（{reason}）。</translation>
    </message>
    <message>
        <source>“{name}” is not published in the file format that holds numbers only (safetensors), so it was not downloaded.</source>
        <translation>“{name}”没有以只含数值的文件格式（safetensors）发布，因此没有下载。</translation>
    </message>
    <message>
        <source>“{place}” in the folder “{folder}” is a link to somewhere else, so no masks were written.</source>
        <translation>文件夹“{folder}”中的“{place}”是指向别处的链接，因此没有写入掩膜。</translation>
    </message>
    <message>
        <source>“{target}” could not be written ({reason}), so nothing is there.</source>
        <translation>无法写入“{target}”（{reason}），因此没有留下任何内容。</translation>
    </message>
    <message>
        <source>The download stopped unexpectedly; what came is kept, and the model in use stays in use.</source>
        <translation>下载意外停止；已收到的部分会保留，仍使用当前模型。</translation>
    </message>
    <message>
        <source>Start it again: it goes on where it stopped.</source>
        <translation>请重新开始：会从中断处继续。</translation>
    </message>
    <message>
        <source>The download could not be started; the model in use stays in use.</source>
        <translation>无法开始下载；仍使用当前模型。</translation>
    </message>
    <message>
        <source>The writing of the model stopped unexpectedly, so it is not there; your versions and labels are safe.</source>
        <translation>模型的写入意外停止，因此没有生成；您的版本和标注都是安全的。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, close other programs: the memory may be too small.</source>
        <translation>请重试。如果再次发生，请关闭其他程序：内存可能不足。</translation>
    </message>
    <message>
        <source>The writing of the model could not be started; your versions and labels are safe.</source>
        <translation>无法开始写出模型；您的版本和标注是安全的。</translation>
    </message>
    <message>
        <source>The window and its background worker belong to two different installations, so nothing was started.</source>
        <translation>窗口与其后台进程属于两个不同的安装，因此没有启动任何操作。</translation>
    </message>
    <message>
        <source>The import stopped unexpectedly, so there is no new version; your versions and labels are safe.</source>
        <translation>导入意外停止，因此没有新版本；您的版本和标注是安全的。</translation>
    </message>
    <message>
        <source>The import could not be started; your versions and labels are safe.</source>
        <translation>无法开始导入；您的版本和标注是安全的。</translation>
    </message>
</context>
<context>
    <name>finetune</name>
    <message>
        <source>No fine-tune is running.</source>
        <translation>当前没有微调。</translation>
    </message>
    <message>
        <source>The model is learning; you can go on working.</source>
        <translation>模型正在学习；您可以继续工作。</translation>
    </message>
    <message>
        <source>The fine-tune is being stopped.</source>
        <translation>正在停止微调。</translation>
    </message>
    <message>
        <source>The fine-tune is being paused after this step.</source>
        <translation>微调将在这一步之后暂停。</translation>
    </message>
    <message>
        <source>The fine-tune is finished.</source>
        <translation>微调已完成。</translation>
    </message>
    <message>
        <source>The fine-tune was cancelled; nothing was changed.</source>
        <translation>微调已取消；没有任何改动。</translation>
    </message>
    <message>
        <source>The fine-tune is paused: it computes nothing and takes no memory until you let it go on.</source>
        <translation>微调已暂停：在您让它继续之前，它不计算，也不占用内存。</translation>
    </message>
    <message>
        <source>The fine-tune goes on in the background.</source>
        <translation>微调在后台继续。</translation>
    </message>
    <message>
        <source>The fine-tune could not be finished; nothing was changed.</source>
        <translation>微调未能完成；没有任何改动。</translation>
    </message>
    <message>
        <source>The fine-tune stopped unexpectedly; nothing was changed.</source>
        <translation>微调意外停止；没有任何改动。</translation>
    </message>
</context>
<context>
    <name>messages</name>
    <message>
        <source>For research. This program is not a medical device: do not use it for diagnosis or treatment.</source>
        <translation>仅供研究使用。本程序不是医疗器械：请勿用于诊断或治疗。</translation>
    </message>
    <message>
        <source>Images added to the project: {count}.</source>
        <translation>已加入项目的图像：{count} 张。</translation>
    </message>
    <message>
        <source>Images added to the project: {count}. In the project already: {known}.</source>
        <translation>已添加到项目的图像：{count}。项目中已有：{known}。</translation>
    </message>
    <message>
        <source>Nothing was added: these images are already in the project.</source>
        <translation>没有添加任何图像：这些图像已在项目中。</translation>
    </message>
    <message>
        <source>There are no images in this folder. Choose a folder with DICOM, NIfTI, PNG, JPEG, TIFF, BMP, WebP or GIF files.</source>
        <translation>此文件夹中没有图像。请选择包含 DICOM、NIfTI、PNG、JPEG、TIFF、BMP、WebP 或 GIF 文件的文件夹。</translation>
    </message>
    <message>
        <source>These files were left out:
{files}
Images added to the project: {count}. In the project already: {known}.</source>
        <translation>以下文件未被添加：
{files}
已添加到项目的图像：{count}。项目中已有：{known}。</translation>
    </message>
    <message>
        <source>Stopped. The images that were added until now are in the project.</source>
        <translation>已停止。到目前为止添加的图像已在项目中。</translation>
    </message>
    <message>
        <source>Please note:
{remarks}
The files themselves stay as they are.</source>
        <translation>请注意：
{remarks}
文件本身保持不变。</translation>
    </message>
    <message>
        <source>Accepted with an empty mask: the structure counts as not present on that image.</source>
        <translation>已确认空掩膜：该结构视为不存在于那张图像上。</translation>
    </message>
    <message>
        <source>There is nothing to accept yet. Press Predict or paint the structure first.</source>
        <translation>还没有可确认的内容。请先按“预测”，或先画出结构。</translation>
    </message>
    <message>
        <source>{image} was accepted and has a new prediction now, so it is in work again and does not count as accepted. Look at the mask, then accept it again.</source>
        <translation>{image} 此前已确认，现在有了新的预测，因此重新变为处理中，不再算作已确认。请检查掩膜，然后再次确认。</translation>
    </message>
    <message>
        <source>Every image is accepted for this structure. You can now fine-tune on your labels or export them.</source>
        <translation>此结构的所有图像均已确认。现在可以用您的标注进行微调，或导出标注。</translation>
    </message>
    <message>
        <source>Every image is accepted or rejected for this structure. You can now fine-tune on your labels or export them.</source>
        <translation>此结构的每张图像都已确认或标为不可用。现在可以用您的标注微调模型，或导出标注。</translation>
    </message>
    <message>
        <source>This is the last image of the list.</source>
        <translation>这已是列表中的最后一张图像。</translation>
    </message>
    <message>
        <source>This is the first image of the list.</source>
        <translation>这已是列表中的第一张图像。</translation>
    </message>
    <message>
        <source>This is the last slice of the stack. “Next image” goes on in the list.</source>
        <translation>这是本序列的最后一张切片。用“下一张图像”可在列表中继续。</translation>
    </message>
    <message>
        <source>This is the first slice of the stack. “Previous image” goes back in the list.</source>
        <translation>这是本序列的第一张切片。用“上一张图像”可在列表中返回。</translation>
    </message>
    <message>
        <source>Nothing was predicted: every slice of the stack was predicted or worked on already.</source>
        <translation>没有进行预测：本序列的每张切片都已预测或处理过。</translation>
    </message>
    <message>
        <source>There is no mask of this structure on this slice, so there was nothing to copy.</source>
        <translation>这张切片上没有该结构的掩膜，因此没有可复制的内容。</translation>
    </message>
    <message>
        <source>This slice has no mask of this structure to carry on. Predict or paint it first.</source>
        <translation>这张切片上没有该结构的掩膜可以传递。请先预测或绘制。</translation>
    </message>
    <message>
        <source>There is no slice in this direction, so the mask was not carried.</source>
        <translation>这个方向上没有其他切片，因此没有传递掩膜。</translation>
    </message>
    <message>
        <source>{result}
Look at the slices before you accept them.</source>
        <translation>{result}
请逐张查看后再确认。</translation>
    </message>
    <message>
        <source>{result}
The masks that were carried until there are kept.</source>
        <translation>{result}
此前传递的掩膜均已保留。</translation>
    </message>
    <message>
        <source>There is nothing to undo on this image.</source>
        <translation>此图像上没有可撤销的操作。</translation>
    </message>
    <message>
        <source>There is nothing to redo on this image.</source>
        <translation>此图像上没有可重做的操作。</translation>
    </message>
    <message>
        <source>Add the images first: masks are paired with them by their names.</source>
        <translation>请先添加图像：掩膜按名称与图像配对。</translation>
    </message>
    <message>
        <source>No project is open, so nothing was added. Open or make a project, then drop the images again.</source>
        <translation>没有打开任何项目，因此未添加任何内容。请打开或新建一个项目，然后重新拖入图像。</translation>
    </message>
    <message>
        <source>Name a structure first, for example “the polyp”, then press Predict.</source>
        <translation>请先命名一个结构，例如“息肉”（the polyp），然后点击“预测”。</translation>
    </message>
    <message>
        <source>The prompt is empty, so the model does not know what to look for. Type a few words.</source>
        <translation>提示词为空，模型不知道要查找什么。请输入几个词。</translation>
    </message>
    <message>
        <source>Nothing was predicted: every image of the list was predicted or worked on already.</source>
        <translation>未进行预测：列表中的每张图像都已有预测结果或已经处理过。</translation>
    </message>
    <message>
        <source>The model answered without a mask: {names}. If it is not there, accept the empty mask; if it is, switch off “Let the model decide whether it is there” and predict again.</source>
        <translation>模型的回答中没有掩膜：{names}。如果该结构确实不存在，请确认空掩膜；如果存在，请关闭“由模型判断该结构是否存在”并重新预测。</translation>
    </message>
    <message>
        <source>There is no other mask of the model for this structure. Press Predict first.</source>
        <translation>模型没有给出该结构的其他掩膜。请先按“预测”。</translation>
    </message>
    <message>
        <source>“{project}” was repaired; the damaged file is kept beside it. Masks that are as they were: {whole}. Images whose mask lost something (they are flagged): {images}. Look at those before you accept them.</source>
        <translation>“{project}”已修复；损坏的文件保留在旁边。保持原样的掩膜：{whole} 个。掩膜有所缺失的图像（已加旗标）：{images}。接受之前请先检查它们。</translation>
    </message>
    <message>
        <source>“{project}” is damaged: what can be read is shown here and can be exported, nothing can be changed. Masks that are as they were: {whole}. Damaged: {images}. To work on it again, open it and choose “Repair it”.</source>
        <translation>“{project}”已损坏：此处显示能读取的内容，可以导出，但不能更改。保持原样的掩膜：{whole} 个。已损坏：{images}。要继续处理它，请打开它并选择“修复”。</translation>
    </message>
    <message>
        <source>Only grey values {low} to {high} may change, and there is nothing to change among them here. Choose another range, or switch the limit off with {key}.</source>
        <translation>只允许更改灰度 {low} 至 {high} 的像素，而此处没有可更改的内容。请选择其他范围，或用 {key} 关闭限制。</translation>
    </message>
    <message>
        <source>This is the first slice of the stack, so there is no mask to copy.</source>
        <translation>这是本序列的第一张切片，因此没有可复制的掩膜。</translation>
    </message>
    <message>
        <source>The fine-tune is finished: {name} is better and in use from now on. Press Predict to see what it learned.</source>
        <translation>微调已完成：{name} 更好，从现在起使用。按“预测”查看它学到了什么。</translation>
    </message>
    <message>
        <source>The version is being checked against the base model.</source>
        <translation>正在用基础模型检查该版本。</translation>
    </message>
    <message>
        <source>{name} was imported. It is not in use; choose it in the list of versions to try it.</source>
        <translation>{name} 已导入。它尚未使用；要试用，请在版本列表中选择它。</translation>
    </message>
    <message>
        <source>{name} was deleted; masks and predictions that it made stay.</source>
        <translation>{name} 已删除；由它生成的掩膜和预测仍然保留。</translation>
    </message>
    <message>
        <source>The last fine-tune of this project was cut off when the program ended. Nothing was changed; on the tab “Model” you can go on with it where it left something to go on from, or start it again.</source>
        <translation>此项目的上一次微调在程序结束时中断。没有任何更改；如果它留下了可继续的内容，您可以在“模型”标签页继续，也可以重新开始。</translation>
    </message>
    <message>
        <source>There is nothing to export yet. Accept at least one mask first.</source>
        <translation>还没有可导出的内容。请先确认至少一个掩膜。</translation>
    </message>
    <message>
        <source>“{project}” is open in another window, so it can only be looked at and exported here. Close the other window, then open the project again.</source>
        <translation>“{project}”已在另一个窗口中打开，因此在这里只能查看和导出。请关闭另一个窗口，然后重新打开此项目。</translation>
    </message>
    <message>
        <source>{image} is rejected: it is not exported, not learned from and not asked for again. To take that back, go to it and press {key}.</source>
        <translation>{image} 已标为不可用：不导出，不用于学习，也不再预测。如要撤回，请转到该图像并按 {key}。</translation>
    </message>
    <message>
        <source>You have worked on every structure of this image, so nothing was predicted. Choose a structure and press Predict to ask for it again.</source>
        <translation>此图像的所有结构您都已处理过，因此没有进行预测。如需重新预测，请选择一个结构并按“预测”。</translation>
    </message>
    <message>
        <source>The mask stays as it is: there was nothing to change.</source>
        <translation>掩膜保持不变：没有需要更改的内容。</translation>
    </message>
    <message>
        <source>This pixel is in the mask already. Click into a gap; the right button removes a whole piece.</source>
        <translation>该像素已在掩膜中。请单击空隙；右键可移除一整块。</translation>
    </message>
    <message>
        <source>There is no mask under the pointer. Click on the piece that is to go.</source>
        <translation>指针下没有掩膜。请单击要移除的那一块。</translation>
    </message>
    <message>
        <source>This is the first image of the list, so there is no mask to copy.</source>
        <translation>这是列表中的第一张图像，没有可复制的掩膜。</translation>
    </message>
    <message>
        <source>The image before shows no mask of this structure, so there was nothing to copy.</source>
        <translation>上一张图像没有该结构的掩膜，因此没有可复制的内容。</translation>
    </message>
    <message>
        <source>The image before has another size ({before}, this one {now}), so its mask was not copied.</source>
        <translation>上一张图像的尺寸不同（{before}，本图 {now}），因此没有复制其掩膜。</translation>
    </message>
    <message>
        <source>There is no picture under the pointer. Point at the tissue that you want to paint, then press the key.</source>
        <translation>指针下没有画面。请指向要绘制的组织，然后按下该键。</translation>
    </message>
    <message>
        <source>The fine-tune is finished, but {name} is not surely better, so the model in use stays in use. More accepted images help most; nothing else was changed.</source>
        <translation>微调已完成，但不能确定 {name} 更好，因此继续使用当前模型。确认更多图像最有帮助；其他内容没有改动。</translation>
    </message>
    <message>
        <source>The fine-tune was cancelled. Nothing was changed and your labels are safe.</source>
        <translation>微调已取消。没有任何改动，您的标注完好。</translation>
    </message>
    <message>
        <source>{reason} A fine-tune cannot start before that.</source>
        <translation>{reason}在此之前无法开始微调。</translation>
    </message>
    <message>
        <source>A fine-tune is running already. Wait for its end, or cancel it.</source>
        <translation>已有微调正在进行。请等待其结束，或将其取消。</translation>
    </message>
    <message>
        <source>{name} is in use: it predicts from the next image on.</source>
        <translation>{name} 已启用：从下一张图像起由它预测。</translation>
    </message>
    <message>
        <source>{name} is in use because you chose it, although it was not surely better when it was compared (Dice {after} instead of {before}). Going back takes one click.</source>
        <translation>{name} 已按您的选择启用，但比较时不能确定它更好（Dice 由 {before} 变为 {after}）。只需点击一次即可退回。</translation>
    </message>
    <message>
        <source>The model {name} is on this computer now. Open a project and choose it in Model, Models.</source>
        <translation>模型 {name} 现已在本机上。请打开项目，并在“模型”菜单的“模型”中选用。</translation>
    </message>
    <message>
        <source>Masks written and compared with the project: {count}. They are in {folder}.</source>
        <translation>已写入并与项目核对的掩膜：{count} 个。位置：{folder}。</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>Demo model</source>
        <translation>演示模型</translation>
    </message>
    <message>
        <source>see its page</source>
        <translation>见其页面</translation>
    </message>
    <message>
        <source>in use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>在本机上</translation>
    </message>
    <message>
        <source>{percent} % here</source>
        <translation>已有 {percent} %</translation>
    </message>
    <message>
        <source>not downloaded</source>
        <translation>未下载</translation>
    </message>
</context>
<context>
    <name>readout</name>
    <message>
        <source>{wide} × {high} mm</source>
        <translation>{wide} × {high} mm</translation>
    </message>
    <message>
        <source>{x}, {y} mm</source>
        <translation>{x}, {y} mm</translation>
    </message>
    <message>
        <source>probability {probability}</source>
        <translation>概率 {probability}</translation>
    </message>
    <message>
        <source>value {value}</source>
        <translation>数值 {value}</translation>
    </message>
    <message>
        <source>grey {value}</source>
        <translation>灰度 {value}</translation>
    </message>
    <message>
        <source>red {red}, green {green}, blue {blue}</source>
        <translation>红 {red}，绿 {green}，蓝 {blue}</translation>
    </message>
</context>
<context>
    <name>tour</name>
    <message>
        <source>Let the model look</source>
        <translation>让模型来看</translation>
    </message>
    <message>
        <source>Predict asks the model for what stands above it, in words.</source>
        <translation>“预测”会按上方的提示词询问模型。</translation>
    </message>
    <message>
        <source>Move the threshold</source>
        <translation>移动阈值</translation>
    </message>
    <message>
        <source>Further left the mask grows, further right it shrinks. Often this is all that is needed.</source>
        <translation>向左移动掩膜变大，向右移动掩膜变小。往往只需这一步。</translation>
    </message>
    <message>
        <source>Paint and erase</source>
        <translation>绘制与擦除</translation>
    </message>
    <message>
        <source>The left button paints on the picture, the right one erases.</source>
        <translation>在画面上用左键绘制，用右键擦除。</translation>
    </message>
    <message>
        <source>Nothing is lost</source>
        <translation>不会丢失任何内容</translation>
    </message>
    <message>
        <source>Every step is kept at once and can be taken back, also tomorrow. There is no Save.</source>
        <translation>每一步都会立即保存，并且随时可以撤销，明天也可以。无需手动保存。</translation>
    </message>
    <message>
        <source>Accept and go on</source>
        <translation>确认并继续</translation>
    </message>
    <message>
        <source>Says that the mask is right and shows the next image. Only accepted masks are learned from and exported.</source>
        <translation>表示掩膜正确，并显示下一张图像。只有已确认的掩膜才会用于学习和导出。</translation>
    </message>
    <message>
        <source>Let it learn from you</source>
        <translation>让它向您学习</translation>
    </message>
    <message>
        <source>After some ten accepted images. The new version is used only if it is better on patients it never saw.</source>
        <translation>确认约十张图像之后使用。只有在从未见过的患者上表现更好时，才会使用新版本。</translation>
    </message>
    <message>
        <source>Take the masks with you</source>
        <translation>带走掩膜</translation>
    </message>
    <message>
        <source>File → Export masks writes the accepted masks as PNG files.</source>
        <translation>“文件 → 导出掩膜”将已确认的掩膜写成 PNG 文件。</translation>
    </message>
    <message>
        <source>Keys: {keys}</source>
        <translation>按键：{keys}</translation>
    </message>
</context>
</TS>
